using System.Runtime.InteropServices;
using Hone.Tensors;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Activations;
using Hone.Tensors.Kernels.Cpu.Norms;
using Hone.Tensors.Kernels.Cpu.Optimizers;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Kernels.Cpu.Softmax;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>Fused element-wise kernels against the larger of two bounds: moving the same arrays, and the arithmetic at the multiply-add rate.</summary>
[Comparison("fused")]
internal sealed unsafe class FusedComparison : Comparison
{
    private const int MaxArrays = 8;

    public override string Describe() =>
        "Fused kernels, million elements a second; peer 'bound' = the slower of streaming the same arrays (measured beside it) and the kernel's vector operations at the FMA rate; ratio 0.77 = within 1.3x";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        foreach (int threads in (int[])[1, 2])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            double peak = MachineLimits.FmaGflops(threads);
            foreach (FusedCase fused in Cases(settings.IsQuick))
            {
                yield return Measure(fused, harness, threads, peak);
            }
        }
    }

    internal static IEnumerable<FusedCase> Cases(bool quick)
    {
        // Operations: exp 22 (exact) or 16 (flushed), from SimdMath; division 4.
        foreach ((int rows, int columns) in quick ? ((int, int)[])[(512, 576)] : [(512, 576), (4096, 2048)])
        {
            yield return new("rms-norm forward", rows, columns, 1, 1, 0, 4);
            yield return new("add + rms-norm forward", rows, columns, 2, 2, 0, 5);
            yield return new("rms-norm backward", rows, columns, 2, 1, 0, 10);
            yield return new("layer-norm forward", rows, columns, 1, 1, 0, 6);
            yield return new("layer-norm backward", rows, columns, 2, 1, 0, 14);
            yield return new("softmax", rows, columns, 1, 1, 0, 20);
        }

        foreach ((int rows, int columns) in quick ? ((int, int)[])[(512, 1536)] : [(512, 1536), (2048, 4864)])
        {
            yield return new("swiglu forward", rows, columns, 2, 1, 0, 29);
            yield return new("swiglu backward", rows, columns, 3, 2, 0, 34);
        }

        yield return new("adamw", quick ? 2048 : 8192, 1024, 4, 3, 3, 19);
    }

    private static BenchmarkRow Measure(FusedCase fused, ContenderHarness harness, int threads, double peak)
    {
        float** arrays = stackalloc float*[MaxArrays];
        for (int i = 0; i < MaxArrays; i++)
        {
            arrays[i] = Operand((nint)fused.Elements, i);
        }

        float* row = Operand(Math.Max(fused.Rows, fused.Columns), 9), row2 = Operand(Math.Max(fused.Rows, fused.Columns), 10), row3 = Operand(fused.Columns, 11);
        float** streamTargets = arrays + (fused.Sources - fused.InPlace);
        try
        {
            IReadOnlyList<ContenderTimes> times = harness.Measure(
                new Contender("hone", Kernel(fused, arrays, row, row2, row3)),
                new Contender("stream", () => SimdParallel.For(fused.Elements, 16_384, new StreamBody(arrays, fused.Sources, streamTargets, fused.Targets))));
            double arithmetic = fused.Operations * 2.0 * fused.Elements / 1e9 / peak;
            double bound = Math.Max(times[1].Seconds, arithmetic);
            double rate = fused.Elements / 1e6 / times[0].Seconds, limit = fused.Elements / 1e6 / bound;
            return new BenchmarkRow("fused", fused.ToString(), threads, rate, arithmetic > times[1].Seconds ? "arithmetic" : "memory", limit, "melem/s", rate / limit, rate / limit);
        }
        finally
        {
            for (int i = 0; i < MaxArrays; i++)
            {
                NativeMemory.AlignedFree(arrays[i]);
            }

            NativeMemory.AlignedFree(row);
            NativeMemory.AlignedFree(row2);
            NativeMemory.AlignedFree(row3);
        }
    }

    private static Action Kernel(FusedCase fused, float** a, float* row, float* row2, float* row3)
    {
        long rows = fused.Rows, columns = fused.Columns;
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4];
        switch (fused.Name)
        {
            case "rms-norm forward":
                return () => new RmsNormCpu().Forward(a0, null, row, 0, 1e-6f, null, a1, row2, rows, columns);
            case "add + rms-norm forward":
                return () => new RmsNormCpu().Forward(a0, a1, row, 0, 1e-6f, a2, a3, row2, rows, columns);
            case "rms-norm backward":
                return () => new RmsNormCpu().Backward(a0, a1, row, 0, row2, null, a2, row3, rows, columns);
            case "layer-norm forward":
                return () => new LayerNormCpu().Forward(a0, row, row, 1e-6f, a1, row2, row2, rows, columns);
            case "layer-norm backward":
                return () => new LayerNormCpu().Backward(a0, a1, row, row2, row2, a2, row3, row, rows, columns);
            case "softmax":
                return () => new SoftmaxCpu().Softmax(a0, a1, rows, columns);
            case "swiglu forward":
                return () => new GatedActivationCpu().Forward(GatedActivation.SwiGlu, a0, columns, a1, columns, a2, rows, columns);
            case "swiglu backward":
                return () => new GatedActivationCpu().Backward(GatedActivation.SwiGlu, a0, columns, a1, columns, a2, a3, columns, a4, columns, rows, columns);
            default:
                var settings = new AdamWSettings { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, Step = 10 };
                var parameter = new AdamWParameter
                {
                    Gradient = a0, Parameter = a1, FirstMoment = a2, SecondMoment = a3, Count = fused.Elements, LearningRate = 1e-4, WeightDecay = 0.01,
                };
                return () => new AdamWCpu().Step([parameter], settings);
        }
    }

    private static float* Operand(nint count, int seed)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
        for (nint i = 0; i < count; i++)
        {
            memory[i] = (((i * 7919) + (seed * 104729)) % 2003 + 1) / 1001f;
        }

        return memory;
    }
}
