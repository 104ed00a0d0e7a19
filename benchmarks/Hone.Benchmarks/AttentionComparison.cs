using System.Runtime.InteropServices;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Attention;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>Fused attention of 9 query and 3 key heads of 64, causal, beside the machine's peak of multiply-adds.</summary>
/// <remarks>Causal work counts once: forward <c>4·heads·headDim·seq·(seq + 1)/2</c> operations, backward 2.5 times as many.</remarks>
[Comparison("attention")]
internal sealed unsafe class AttentionComparison : Comparison
{
    private const int Heads = 9, KeyValueHeads = 3, HeadDim = 64;

    public override string Describe() => $"causal f32 attention, {Heads} heads ({KeyValueHeads} key/value) of {HeadDim}, alone beside the peak of multiply-adds";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        foreach (int threads in (int[])[1, 2])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            double peak = MachineLimits.FmaGflops(threads);
            foreach (int seq in (int[])[512, 2048])
            {
                foreach (BenchmarkRow row in Measure(seq, harness, threads, peak))
                {
                    yield return row;
                }
            }
        }
    }

    private static BenchmarkRow[] Measure(int seq, ContenderHarness harness, int threads, double peak)
    {
        long tokens = seq, queries = tokens * Heads * HeadDim, keys = tokens * KeyValueHeads * HeadDim;
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)(((4 * queries) + (4 * keys) + (tokens * Heads)) * sizeof(float)), 4096);
        try
        {
            float* next = memory;
            AttentionView<float> Take(int heads)
            {
                float* data = next;
                next += tokens * heads * HeadDim;
                for (long i = 0; i < tokens * heads * HeadDim; i++)
                {
                    data[i] = (((i * 7919) + (heads * 104729)) % 2003 - 1001) / 1001f;
                }

                return new AttentionView<float>(data, 0, HeadDim, (long)heads * HeadDim); // as projections leave them: heads of a token together
            }

            var problem = new AttentionProblem<float>
            {
                Heads = Heads,
                KeyValueHeads = KeyValueHeads,
                HeadDim = HeadDim,
                ValueDim = HeadDim,
                Sequences = [new AttentionSequence(0, 0, 0, seq, 0, seq, 0, 0, seq)],
                Query = Take(Heads),
                Key = Take(KeyValueHeads),
                Value = Take(KeyValueHeads),
                Causal = true,
                Scale = 1 / Math.Sqrt(HeadDim),
            };
            var gradients = new AttentionGradients<float>
            {
                Output = Take(Heads),
                OutputGradient = Take(Heads),
                QueryGradient = Take(Heads),
                KeyGradient = Take(KeyValueHeads),
                ValueGradient = Take(KeyValueHeads),
                LogSumExp = new AttentionView<float>(next, 0, seq, 1),
            };
            var kernel = new AttentionCpu();
            IReadOnlyList<ContenderTimes> times = harness.Measure(
                new Contender("forward", () => kernel.Forward(problem, gradients.Output, gradients.LogSumExp)),
                new Contender("backward", () => kernel.Backward(problem, gradients)));
            double forward = 4.0 * Heads * HeadDim * seq * (seq + 1) / 2 / 1e9;
            double both = times[0].Seconds + times[1].Seconds;
            return
            [
                Row($"forward seq {seq}", forward / times[0].Seconds),
                Row($"forward + backward seq {seq}", 3.5 * forward / both),
            ];
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }

        BenchmarkRow Row(string name, double gflops) => new("attention", name, threads, gflops, string.Empty, 0, "gflops", 0, gflops / peak);
    }
}
