using System.Runtime.InteropServices;
using Hone.Tensors;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Losses;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>Output head with cross-entropy against the machine's multiply-add limit; the bar is 75 % for forward and backward.</summary>
[Comparison("linear-cross-entropy")]
internal sealed unsafe class LinearCrossEntropyComparison : Comparison
{
    private const int Tokens = 1024, HiddenSize = 576, Vocabulary = 49_152;

    public override string Describe() =>
        "Linear + cross-entropy, 1,024 tokens x 576 -> 49,152; counted are the products alone (2*T*H*V each); no peer, the limit is the FMA peak";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        foreach (int threads in (int[])[1, 2])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            double peak = MachineLimits.FmaGflops(threads);
            foreach ((string name, bool hidden, bool weight) in
                ((string, bool, bool)[])[("forward", false, false), ("forward + d hidden", true, false), ("forward + d hidden + d weight", true, true)])
            {
                yield return Measure(harness, threads, peak, name, hidden, weight);
            }
        }
    }

    private static BenchmarkRow Measure(ContenderHarness harness, int threads, double peak, string name, bool wantsHidden, bool wantsWeight)
    {
        float* hidden = Operand(Tokens * HiddenSize, 1), weight = Operand(Vocabulary * HiddenSize, 2);
        float* dHidden = wantsHidden ? Operand(Tokens * HiddenSize, 3) : null, dWeight = wantsWeight ? Operand(Vocabulary * HiddenSize, 4) : null;
        long* labels = (long*)NativeMemory.Alloc(Tokens, sizeof(long));
        for (int i = 0; i < Tokens; i++)
        {
            labels[i] = i * 7919L % Vocabulary;
        }

        try
        {
            var arguments = new LinearCrossEntropyArguments
            {
                Hidden = hidden, Weight = weight, Labels = labels, Tokens = Tokens, HiddenSize = HiddenSize, Vocabulary = Vocabulary,
                GradientScale = 1f / Tokens, DHidden = dHidden, DWeight = dWeight,
            };
            var kernel = new LinearCrossEntropyCpu();
            var settings = new CrossEntropySettings();
            ContenderTimes own = harness.Measure(new Contender("hone", () => kernel.Run(arguments, settings)))[0];
            double products = 1 + (wantsHidden ? 1 : 0) + (wantsWeight ? 1 : 0);
            double rate = products * 2.0 * Tokens * HiddenSize * Vocabulary / 1e9 / own.Seconds;
            return new BenchmarkRow("linear-cross-entropy", name, threads, rate, "", 0, "gflops", 0, rate / peak);
        }
        finally
        {
            NativeMemory.AlignedFree(hidden);
            NativeMemory.AlignedFree(weight);
            NativeMemory.AlignedFree(dHidden);
            NativeMemory.AlignedFree(dWeight);
            NativeMemory.Free(labels);
        }
    }

    private static float* Operand(nint count, int seed)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
        for (nint i = 0; i < count; i++)
        {
            memory[i] = (((i * 7919) + (seed * 104729)) % 2003 - 1001) / 10010f;
        }

        return memory;
    }
}
