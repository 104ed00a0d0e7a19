using Hone.Tensors.Kernels.Cpu.Gemm;

namespace Hone.Benchmarks;

/// <summary>Shape and layout of one product of <see cref="GemmComparison"/>.</summary>
internal sealed record GemmCase(string Name, bool TransA, bool TransB, int M, int N, int K, bool Accumulate = false, PanelFormat? Packed = null)
{
    public override string ToString() => $"{Name} {M}x{N}x{K}";

    public double Flops => 2.0 * M * N * K;
}
