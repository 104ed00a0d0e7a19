namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>How a <see cref="PackedMatrix"/> stores its values; products compute in f32 whatever the storage.</summary>
internal enum PanelFormat
{
    /// <summary>f32.</summary>
    Float32,

    /// <summary>bfloat16, the upper half of an f32.</summary>
    BFloat16,

    /// <summary>IEEE half.</summary>
    Float16,
}
