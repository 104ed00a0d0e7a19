using Hone.Core.Random;
using Hone.Tensors.Autograd;

namespace Hone.Tensors.Benchmarking;

/// <summary>Ops as models call them, allocation and dispatch included, at the sizes of SmolLM2-135M and 512 tokens.</summary>
internal sealed class OpBenchmark : KernelBenchmark
{
    private const int Tokens = 512;
    private const int Hidden = 576;
    private const int Intermediate = 1536;
    private const int Vocabulary = 49_152;
    private const int Heads = 9;
    private const int KeyValueHeads = 3;
    private const int HeadDim = 64;

    /// <inheritdoc/>
    public override string Name => "ops";

    /// <inheritdoc/>
    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, MeasuredLimits limits, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        using var scope = TensorScope.Begin("benchmark");
        using GradMode noGrad = GradMode.NoGrad();
        foreach (Case item in Cases())
        {
            double seconds = harness.Measure(new Contender(item.Name, () => RunOnce(item)))[0].Seconds;
            double rate = item.Work / 1e9 / seconds;
            yield return new BenchmarkRow(Name, item.Name, limits.Threads, rate, "", 0, item.Unit, 0, rate / (item.Unit == "gflops" ? limits.FmaGflops : limits.ReadGigabytesPerSecond));
        }
    }

    private static void RunOnce(Case item)
    {
        using var scope = TensorScope.Begin("op");
        item.Run();
    }

    private static IEnumerable<Case> Cases()
    {
        foreach (DType dtype in (DType[])[DType.F32, DType.BF16])
        {
            // The head of the model, because a layer's weight fits in the last-level cache.
            Tensor one = Random(1, Hidden);
            using PackedWeight head = PackedWeight.Create(Ops.Cast(Random(Vocabulary, Hidden), dtype), forBackward: false);
            yield return Bytes($"packed head, 1 token, {dtype.Name}", (double)Vocabulary * Hidden * dtype.SizeBytes, () => Ops.PackedLinear(one, head));
        }

        Tensor q = Random(1, Heads, Tokens, HeadDim);
        Tensor k = Random(1, KeyValueHeads, Tokens, HeadDim);
        Tensor v = Random(1, KeyValueHeads, Tokens, HeadDim);
        yield return Flops("attention, causal", 4.0 * Heads * HeadDim * Tokens * (Tokens + 1) / 2, () => Ops.ScaledDotProductAttention(q, k, v, AttentionOptions.CausalOnly));

        Tensor hidden = Random(Tokens, Hidden);
        Tensor weight = Random(Vocabulary, Hidden);
        Tensor labels = Tensor.Zeros(DType.I64, Tokens);
        yield return Flops("linear + cross-entropy, forward", 2.0 * Tokens * Hidden * Vocabulary, () => Ops.LinearCrossEntropy(hidden, weight, labels).Sum);

        // Larger than the caches, so that memory is what limits them.
        Tensor wide = Random(8 * Tokens, Intermediate);
        Tensor scale = Random(Intermediate);
        double bytes = (double)wide.ElementCount * sizeof(float);
        yield return Bytes("add", 3 * bytes, () => Ops.Add(wide, wide));
        yield return Bytes("rms-norm", 2 * bytes, () => Ops.RmsNorm(wide, scale, 1e-6));
        yield return Bytes("swiglu", 3 * bytes, () => Ops.SwiGlu(wide, wide));
        yield return Bytes("softmax", 2 * bytes, () => Ops.Softmax(wide));
        yield return Bytes("cast to bf16", 1.5 * bytes, () => Ops.Cast(wide, DType.BF16));
    }

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
