using Hone.Tensors.Kernels.Cpu.Gemm;

namespace Hone.Tensors.Benchmarking;

/// <summary>f32 products of the sizes of a small language model: projections, low-rank updates and decoding.</summary>
internal sealed unsafe class GemmKernelBenchmark : KernelBenchmark
{
    /// <inheritdoc/>
    public override string Name => "gemm";

    /// <inheritdoc/>
    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, MeasuredLimits limits, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        (string Name, bool TransA, bool TransB, int M, int N, int K)[] shapes =
        [
            ("x·Wᵀ", false, true, 512, 576, 576), ("dy·W", false, false, 512, 576, 576), ("x·Wᵀ", false, true, 512, 1536, 576),
            ("x·Aᵀ", false, true, 512, 16, 576), ("h·Bᵀ", false, true, 512, 576, 16), ("dhᵀ·x", true, false, 16, 576, 512),
            ("x·Wᵀ", false, true, 8, 4096, 4096), ("x·Wᵀ", false, true, 1, 4096, 4096),
        ];
        foreach ((string name, bool transA, bool transB, int m, int n, int k) in shapes)
        {
            using var operands = new GemmBenchmarkOperands(m, n, k);
            yield return Measure(name, operands, harness, limits, () => operands.Multiply(transA, transB));
        }

        foreach (PanelFormat format in Enum.GetValues<PanelFormat>())
        {
            foreach (int rows in (int[])[512, 1])
            {
                using var operands = new GemmBenchmarkOperands(rows, 1536, 576);
                using PackedMatrix packed = operands.Pack(format);
                yield return Measure($"x·Wᵀ packed {format}", operands, harness, limits, () => operands.Multiply(packed));
            }
        }
    }

    private BenchmarkRow Measure(string name, GemmBenchmarkOperands operands, ContenderHarness harness, MeasuredLimits limits, Action run)
    {
        double seconds = harness.Measure(new Contender(Name, run))[0].Seconds;
        double gflops = 2.0 * operands.M * operands.N * operands.K / 1e9 / seconds;
        return new BenchmarkRow(
            Name, $"{name} {operands.M}x{operands.N}x{operands.K}", limits.Threads, gflops, "", 0, "gflops", 0, gflops / limits.FmaGflops);
    }
}
