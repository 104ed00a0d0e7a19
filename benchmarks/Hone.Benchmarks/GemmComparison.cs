using System.Runtime.InteropServices;
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
        foreach (int threads in (int[])[1, 2])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            peer.SetThreads(threads);
            double peak = MachineLimits.FmaGflops(threads), bandwidth = MachineLimits.ReadGigabytesPerSecond(threads);
            foreach (GemmCase product in Cases(settings.IsQuick))
            {
                yield return Measure(product, harness, peer, threads, peak, bandwidth);
            }
        }
    }

    internal static IEnumerable<GemmCase> Cases(bool quick)
    {
        (int M, int N, int K)[] shapes =
            [(512, 576, 576), (512, 1536, 576), (2048, 2048, 2048), (128, 4096, 4096), (64, 576, 576), (8, 4096, 4096), (1, 4096, 4096)];
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
    }

    private static BenchmarkRow Measure(GemmCase product, ContenderHarness harness, OpenBlas peer, int threads, double peak, double bandwidth)
    {
        (string name, bool transA, bool transB, int m, int n, int k, bool accumulate) = product;
        int lda = transA ? m : k, ldb = transB ? k : n;
        float* a = Operand((nint)m * k, 1), b = Operand((nint)n * k, 2), c = Operand((nint)m * n, 3);
        try
        {
            var contenders = new List<Contender>
            {
                new("hone", () => Sgemm.Multiply(transA, transB, m, n, k, a, lda, b, ldb, c, n, accumulate)),
                new("sgemm", () => peer.Sgemm(transA, transB, m, n, k, a, lda, b, ldb, accumulate ? 1 : 0, c, n)),
            };
            if (m == 1)
            {
                contenders.Add(new("sgemv", () => peer.Sgemv(transB, n, k, a, b, ldb, accumulate ? 1 : 0, c)));
            }

            IReadOnlyList<ContenderTimes> times = harness.Measure(contenders);
            ContenderTimes own = times[0], best = times.Skip(1).MinBy(other => other.Seconds)!; // there is always sgemm
            bool byBandwidth = m == 1;
            double work = (byBandwidth ? (double)n * k * sizeof(float) : product.Flops) / 1e9;
            return new BenchmarkRow(
                Bench, product.ToString(), threads, work / own.Seconds, "openblas", work / best.Seconds, byBandwidth ? "gb/s" : "gflops",
                own.SpeedRelativeTo(best), work / own.Seconds / (byBandwidth ? bandwidth : peak));
        }
        finally
        {
            NativeMemory.AlignedFree(a);
            NativeMemory.AlignedFree(b);
            NativeMemory.AlignedFree(c);
        }
    }

    private static float* Operand(nint count, int seed)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
        for (nint i = 0; i < count; i++)
        {
            memory[i] = (((i * 7919) + (seed * 104729)) % 2003 - 1001) / 1001f;
        }

        return memory;
    }
}
