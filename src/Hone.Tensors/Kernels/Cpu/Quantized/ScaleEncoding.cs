namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>How the scales (and minima) of a packed quantized matrix are stored, without loss.</summary>
internal enum ScaleEncoding
{
    /// <summary>One f16 a group.</summary>
    Half,

    /// <summary>One signed byte a group times one f16 a block of 256.</summary>
    HalfTimesByte,

    /// <summary>One f32 a group.</summary>
    Single,
}
