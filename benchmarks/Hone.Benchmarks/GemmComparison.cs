using Hone.Tensors.Benchmarking;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>f32 products beside OpenBLAS at equal thread counts.</summary>
[Comparison("gemm")]
internal sealed unsafe class GemmComparison : Comparison
{
    private const string Bench = "gemm";

    public override string Describe() => $"f32 matrix products against {OpenBlas.Load().Description}";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        var peer = OpenBlas.Load();
        var harness = new ContenderHarness(settings, cancellation);
        MeasuredLimits[] limits = [MeasuredLimits.Of(1), MeasuredLimits.Of(2)];
        foreach (GemmCase product in Cases(settings.IsQuick))
        {
            foreach (MeasuredLimits limit in limits)
            {
                using IDisposable use = ComputeThreads.Use(limit.Threads);
                peer.SetThreads(limit.Threads);
                yield return Measure(product, harness, peer, limit);
            }
        }
    }

    internal static IEnumerable<GemmCase> Cases(bool quick)
    {
        // The slowest last: --quick stops at its time limit.
        (int M, int N, int K)[] shapes =
            [(512, 576, 576), (512, 1536, 576), (64, 576, 576), (1, 4096, 4096), (8, 4096, 4096), (128, 4096, 4096), (2048, 2048, 2048)];
        if (quick)
        {
            shapes = shapes[..^1];
        }

        foreach ((int m, int n, int k) in shapes)
        {
            yield return new GemmCase("A·Bᵀ", false, true, m, n, k);
            yield return new GemmCase("A·B", false, false, m, n, k);
        }

        const int Tokens = 512;
        foreach (int features in quick ? (int[])[576] : [576, 1536])
        {
            foreach (int rank in quick ? (int[])[16] : [8, 16, 64])
            {
                yield return new GemmCase("h = x·Aᵀ", false, true, Tokens, rank, features);
                yield return new GemmCase("y += h·Bᵀ", false, true, Tokens, features, rank, Accumulate: true);
                yield return new GemmCase("dh = dy·B", false, false, Tokens, rank, features);
                yield return new GemmCase("dx += dh·A", false, false, Tokens, features, rank, Accumulate: true);
                yield return new GemmCase("dB = dyᵀ·h", true, false, features, rank, Tokens);
                yield return new GemmCase("dA = dhᵀ·x", true, false, rank, features, Tokens);
            }
        }

        foreach (PanelFormat format in (PanelFormat[])[PanelFormat.Float32, PanelFormat.BFloat16])
        {
            foreach ((int m, int n, int k) in shapes)
            {
                yield return new GemmCase($"A·Bᵀ packed {(format == PanelFormat.Float32 ? "f32" : "bf16")}", false, true, m, n, k, Packed: format);
            }
        }
    }

    private static BenchmarkRow Measure(GemmCase product, ContenderHarness harness, OpenBlas peer, MeasuredLimits limits)
    {
        using var operands = new GemmBenchmarkOperands(product.M, product.N, product.K);
        using PackedMatrix? packed = product.Packed is { } format ? operands.Pack(format) : null;
        var contenders = new List<Contender>
        {
            new("hone", packed is null ? () => operands.Multiply(product.TransA, product.TransB, product.Accumulate) : () => operands.Multiply(packed)),
            new("sgemm", () => Sgemm(peer, product, operands)),
        };
        if (product.M == 1)
        {
            int ldb = product.TransB ? product.K : product.N;
            contenders.Add(new("sgemv", () => peer.Sgemv(product.TransB, product.N, product.K, operands.A, operands.B, ldb, 0, operands.C)));
        }

        IReadOnlyList<ContenderTimes> times = harness.Measure(contenders);
        ContenderTimes own = times[0], best = times.Skip(1).MinBy(other => other.Seconds)!; // there is always sgemm
        double flops = product.Flops / 1e9;
        double bytes = (packed?.SizeBytes ?? (long)product.N * product.K * sizeof(float)) / 1e9;

        // A single row is bound by reading B: it is judged by bandwidth.
        double peakFraction = product.M == 1 ? bytes / own.Seconds / limits.ReadGigabytesPerSecond : flops / own.Seconds / limits.FmaGflops;
        return new BenchmarkRow(
            Bench, product.ToString(), limits.Threads, flops / own.Seconds, "openblas", flops / best.Seconds, "gflops", own.SpeedRelativeTo(best), peakFraction);
    }

    private static void Sgemm(OpenBlas peer, GemmCase product, GemmBenchmarkOperands operands)
    {
        (int m, int n, int k) = (product.M, product.N, product.K);
        peer.Sgemm(
            product.TransA, product.TransB, m, n, k, operands.A, product.TransA ? m : k, operands.B, product.TransB ? k : n,
            product.Accumulate ? 1 : 0, operands.C, n);
    }
}
