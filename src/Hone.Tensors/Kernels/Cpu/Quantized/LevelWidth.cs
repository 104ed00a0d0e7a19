namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>How the integers of a packed quantized matrix are stored, and with what they are multiplied.</summary>
internal enum LevelWidth
{
    /// <summary>Unsigned 4-bit integers, multiplied with signed bytes.</summary>
    Nibble,

    /// <summary>Signed bytes, multiplied with 16-bit integers.</summary>
    Byte,
}
