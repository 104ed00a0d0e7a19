namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Vector widths that every CPU kernel exists in.</summary>
internal enum SimdLevel
{
    /// <summary>128-bit vectors: SSE or Arm64 AdvSimd.</summary>
    Vector128,

    /// <summary>256-bit vectors with fused multiply-add: AVX2 + FMA.</summary>
    Vector256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Vector512,
}
