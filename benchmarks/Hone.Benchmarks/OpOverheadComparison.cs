using System.Diagnostics;
using Hone.Tensors;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>What an op costs besides its arithmetic: tiny tensors with gradients recorded, and memory over many iterations.</summary>
[Comparison("op-overhead")]
internal sealed class OpOverheadComparison : Comparison
{
    private const string Bench = "op-overhead";
    private const double LimitMicroseconds = 3; // the bar for one op with its share of the backward pass
    private const int OpsInChain = 8;
    private const int LeakIterations = 1_000_000;

    public override string Describe() => "time of one op on [4] tensors with autograd on, forward and backward, against a limit of 3 µs; growth of resident memory over 1 M iterations";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        using IDisposable threads = ComputeThreads.Use(1);
        using var weight = new Parameter(Tensor.From([1f, 2f, 3f, 4f], 4), "weight");
        var harness = new ContenderHarness(settings, cancellation);
        yield return Row("add, forward", 1, harness, () => Forward(weight));
        yield return Row("add and multiply, forward and backward", OpsInChain, harness, () => ForwardBackward(weight));
        yield return Leak(weight, settings.IsQuick ? LeakIterations / 10 : LeakIterations, cancellation);
    }

    private static BenchmarkRow Row(string name, int ops, ContenderHarness harness, Action run)
    {
        double microseconds = harness.Measure(new Contender("hone", run))[0].Seconds * 1e6 / ops;
        return new BenchmarkRow(Bench, name, 1, microseconds, "limit", LimitMicroseconds, "us/op", LimitMicroseconds / microseconds, 0);
    }

    private static void Forward(Parameter weight)
    {
        using var scope = TensorScope.Begin("op");
        _ = weight + weight;
    }

    private static void ForwardBackward(Parameter weight)
    {
        using (TensorScope.Begin("step"))
        {
            Tensor h = weight;
            for (int i = 0; i < OpsInChain / 2; i++)
            {
                h = (h + weight) * weight;
            }

            h.Backward(h.Detach());
        }

        weight.ZeroGrad();
    }

    /// <summary>Peak resident memory must stay where it is.</summary>
    private static BenchmarkRow Leak(Parameter weight, int iterations, CancellationToken cancellation)
    {
        for (int i = 0; i < iterations / 10; i++)
        {
            ForwardBackward(weight);
        }

        GC.Collect();
        long before = Process.GetCurrentProcess().PeakWorkingSet64;
        for (int i = 0; i < iterations; i++)
        {
            ForwardBackward(weight);
            cancellation.ThrowIfCancellationRequested();
        }

        double grownMebibytes = Math.Max(1.0 / 64, (Process.GetCurrentProcess().PeakWorkingSet64 - before) / 1048576.0);
        const double AllowedMebibytes = 8; // the garbage collector's own budget moves by a few MiB
        return new BenchmarkRow(Bench, $"growth of peak resident memory over {iterations:N0} steps", 1, grownMebibytes, "limit", AllowedMebibytes, "mib", AllowedMebibytes / grownMebibytes, 0);
    }
}
