using Hone.Core.Random;
using Hone.Tensors.Autograd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Benchmarking;

/// <summary>This machine's figures for the ops that training and inference spend their time in, at the sizes of a 135 M model.</summary>
/// <remarks>Measured through the ops that models call, so allocation and dispatch are included. Rates stand beside the limit that was measured in the same run.</remarks>
public static class KernelBenchmark
{
    private const string Bench = "kernels";

    // SmolLM2-135M: hidden 576, MLP 1536, 9 query and 3 key/value heads of 64; 512 tokens.
    private const int Tokens = 512;
    private const int Hidden = 576;
    private const int Intermediate = 1536;
    private const int Heads = 9;
    private const int KeyValueHeads = 3;
    private const int HeadDim = 64;
    private const int Rank = 16;
    private const int Vocabulary = 49_152;

    /// <summary>Measures case by case with the threads in force.</summary>
    /// <param name="settings">Lengths and repetitions.</param>
    /// <param name="cancellation">Ends the measurement between blocks.</param>
    /// <returns>One row a case; the peer of a row is the machine's limit, and its ratio is the share of it that was reached.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        int threads = ComputeThreads.Count;
        var harness = new ContenderHarness(settings, cancellation);
        double peak = MachineLimits.FmaGflops(threads);
        double bandwidth = MachineLimits.ReadGigabytesPerSecond(threads);
        yield return new BenchmarkRow(Bench, "limit: multiply-add, f32", threads, peak, string.Empty, 0, "gflops", 0, 1);
        yield return new BenchmarkRow(Bench, "limit: memory read", threads, bandwidth, string.Empty, 0, "gb/s", 0, 1);
        using var scope = TensorScope.Begin("benchmark");
        using GradMode noGrad = GradMode.NoGrad();
        foreach (Case item in Cases())
        {
            double seconds = harness.Measure(new Contender(item.Name, () => RunOnce(item)))[0].Seconds;
            double rate = item.Work / 1e9 / seconds;
            double limit = item.Unit == "gflops" ? peak : bandwidth;
            yield return new BenchmarkRow(Bench, item.Name, threads, rate, "limit", limit, item.Unit, rate / limit, rate / limit);
        }
    }

    private static void RunOnce(Case item)
    {
        using var scope = TensorScope.Begin("op");
        item.Run();
    }

    private static IEnumerable<Case> Cases()
    {
        Tensor x = Random(Tokens, Hidden);
        Tensor up = Random(Intermediate, Hidden);
        Tensor lora = Random(Rank, Hidden);
        yield return Flops($"linear {Tokens}x{Intermediate}x{Hidden}", Product(Tokens, Intermediate, Hidden), () => Ops.Linear(x, up));
        foreach (DType dtype in (DType[])[DType.F32, DType.BF16])
        {
            using PackedWeight packed = PackedWeight.Create(Ops.Cast(up, dtype), forBackward: false);
            yield return Flops($"packed linear {Tokens}x{Intermediate}x{Hidden}, {dtype.Name} weight", Product(Tokens, Intermediate, Hidden), () => Ops.PackedLinear(x, packed));
            // The head of the model, because a layer's weight fits in the last-level cache.
            Tensor one = Random(1, Hidden);
            using PackedWeight head = PackedWeight.Create(Ops.Cast(Random(Vocabulary, Hidden), dtype), forBackward: false);
            yield return Bytes($"packed linear 1x{Vocabulary}x{Hidden}, {dtype.Name} weight", (double)Vocabulary * Hidden * dtype.SizeBytes, () => Ops.PackedLinear(one, head));
        }

        yield return Flops($"LoRA A: linear {Tokens}x{Rank}x{Hidden}", Product(Tokens, Rank, Hidden), () => Ops.Linear(x, lora));
        Tensor h = Random(Tokens, Rank);
        Tensor b = Random(Hidden, Rank);
        yield return Flops($"LoRA B: linear {Tokens}x{Hidden}x{Rank}", Product(Tokens, Hidden, Rank), () => Ops.Linear(h, b));

        Tensor q = Random(1, Heads, Tokens, HeadDim);
        Tensor k = Random(1, KeyValueHeads, Tokens, HeadDim);
        Tensor v = Random(1, KeyValueHeads, Tokens, HeadDim);
        yield return Flops($"attention, causal, {Tokens} tokens, {Heads}/{KeyValueHeads} heads of {HeadDim}", 4.0 * Heads * HeadDim * Tokens * (Tokens + 1) / 2, () => Ops.ScaledDotProductAttention(q, k, v, AttentionOptions.CausalOnly));

        Tensor wide = Random(8 * Tokens, Intermediate);
        double wideBytes = (double)wide.ElementCount * sizeof(float);
        yield return Bytes("add, 6.3 M elements", 3 * wideBytes, () => Ops.Add(wide, wide));
        yield return Bytes("silu, 6.3 M elements", 2 * wideBytes, () => Ops.Silu(wide));
        yield return Bytes("cast to bf16, 6.3 M elements", 1.5 * wideBytes, () => Ops.Cast(wide, DType.BF16));
    }

    private static double Product(double m, double n, double k) => 2 * m * n * k;

    private static Case Flops(string name, double flops, Func<Tensor> run) => new(name, flops, "gflops", run);

    private static Case Bytes(string name, double bytes, Func<Tensor> run) => new(name, bytes, "gb/s", run);

    private static Tensor Random(params int[] shape)
    {
        var values = new float[new Shape(shape).ElementCount];
        new RandomStream(1, "benchmark").FillNormal(values);
        return Tensor.From(values, shape);
    }

    private sealed record Case(string Name, double Work, string Unit, Func<Tensor> Run);
}
