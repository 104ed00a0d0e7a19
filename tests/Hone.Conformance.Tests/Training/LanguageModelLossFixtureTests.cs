using System.Text.Json;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Training;

/// <summary>Language-model losses composed from ops, with the gradients that autograd gives them, against torch.</summary>
[ReadsFixture("training/losses/lm")]
public sealed class LanguageModelLossFixtureTests
{
    private const double Tolerance = 1e-5; // absolute plus relative, as the fixtures' README states
    private const double LargeLogitsTolerance = 1e-2; // relative, for gradients at logits of order 1e4
    private const long IgnoreIndex = -100;

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            if (File.Exists(Fixtures.At("training", "losses.json")))
            {
                cases.AddRange(Lm().Select(c => c.GetProperty("name").GetString()!).ToArray());
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void ComposedLoss_ValueAndGradients_EqualTorch(string name)
    {
        JsonElement entry = Lm().Single(c => c.GetProperty("name").GetString() == name);
        var file = new FixtureTensors(Fixtures.At("training", "losses.safetensors"));
        using var scope = TensorScope.Begin("test");
        using var hidden = new Parameter(file["lm.hidden"], "hidden");
        using var weight = new Parameter(file["lm.weight"], "weight");

        Tensor loss = Loss(name, entry, Ops.Linear(hidden, weight), file);
        loss.Backward();

        double relative = name.Contains("large_logits", StringComparison.Ordinal) ? LargeLogitsTolerance : Tolerance;
        AssertClose(loss.ToDoubles(), file[$"{name}.loss"].ToDoubles(), Tolerance, $"{name} loss");
        AssertClose(hidden.Grad!.ToDoubles(), file[$"{name}.grad.hidden"].ToDoubles(), relative, $"{name} gradient of hidden");
        AssertClose(weight.Grad!.ToDoubles(), file[$"{name}.grad.weight"].ToDoubles(), relative, $"{name} gradient of weight");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void FusedLinearCrossEntropy_ValueAndGradients_EqualTorch(string name)
    {
        JsonElement entry = Lm().Single(c => c.GetProperty("name").GetString() == name);
        Assert.SkipWhen(name.Contains("distill", StringComparison.Ordinal), "distillation is composed of ops, not fused");
        var file = new FixtureTensors(Fixtures.At("training", "losses.safetensors"));
        using var scope = TensorScope.Begin("test");
        using var hidden = new Parameter(file["lm.hidden"], "hidden");
        using var weight = new Parameter(file["lm.weight"], "weight");
        float Option(string key) => entry.TryGetProperty(key, out JsonElement value) ? value.GetSingle() : 0;
        var settings = new CrossEntropySettings { LabelSmoothing = Option("epsilon"), ZLoss = Option("coefficient"), SoftCap = Option("softcap") };
        Tensor scaled = entry.TryGetProperty("scale", out JsonElement scale) ? hidden * scale.GetDouble() : hidden;

        CrossEntropyLoss sums = Ops.LinearCrossEntropy(scaled, weight, file["lm.labels"], settings, name.EndsWith("token_weighted", StringComparison.Ordinal) ? file["lm.token_weights"] : null);
        Tensor loss = entry.TryGetProperty("num_items", out JsonElement items) ? sums.Sum * (1 / items.GetDouble()) : sums.Mean();
        loss.Backward();

        double relative = name.Contains("large_logits", StringComparison.Ordinal) ? LargeLogitsTolerance : Tolerance;
        AssertClose(loss.ToDoubles(), file[$"{name}.loss"].ToDoubles(), Tolerance, $"{name} loss");
        AssertClose(hidden.Grad!.ToDoubles(), file[$"{name}.grad.hidden"].ToDoubles(), relative, $"{name} gradient of hidden");
        AssertClose(weight.Grad!.ToDoubles(), file[$"{name}.grad.weight"].ToDoubles(), relative, $"{name} gradient of weight");
    }

    private static List<JsonElement> Lm() =>
        Fixtures.Json("training", "losses.json").GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("family").GetString() == "lm").ToList();

    private static Tensor Loss(string name, JsonElement entry, Tensor logits, FixtureTensors file)
    {
        long[] labels = file["lm.labels"].ToArray<long>();
        long[] kept = Enumerable.Range(0, labels.Length).Where(i => labels[i] != IgnoreIndex).Select(i => (long)i).ToArray();
        Tensor rows = Tensor.From(kept, kept.Length);
        Tensor targets = Tensor.From(kept.Select(i => labels[i]).ToArray(), kept.Length, 1);
        Tensor z = Ops.IndexSelect(logits, rows);
        string kind = name["lm.".Length..];
        if (kind.StartsWith("distill", StringComparison.Ordinal))
        {
            double temperature = entry.GetProperty("temperature").GetDouble();
            Tensor student = LogSoftmax(z * (1 / temperature));
            Tensor teacher = LogSoftmax(Ops.IndexSelect(file["lm.teacher_logits"], rows) * (1 / temperature));
            (Tensor p, Tensor q) = kind.Contains("forward", StringComparison.Ordinal) ? (teacher, student) : (student, teacher);
            return Ops.Mean(Ops.Sum(Ops.Exp(p) * (p - q), false, -1)) * (temperature * temperature);
        }

        if (entry.TryGetProperty("softcap", out JsonElement cap))
        {
            z = Ops.Tanh(z * (1 / cap.GetDouble())) * cap.GetDouble();
        }

        if (entry.TryGetProperty("scale", out JsonElement scale))
        {
            z *= scale.GetDouble();
        }

        Tensor logProbabilities = LogSoftmax(z);
        Tensor nll = -Ops.Gather(logProbabilities, -1, targets, keepDimension: false);
        if (kind == "token_weighted")
        {
            Tensor weights = Ops.IndexSelect(file["lm.token_weights"], rows);
            return Ops.Sum(nll * weights) / Ops.Sum(weights);
        }

        Tensor mean = entry.TryGetProperty("num_items", out JsonElement items) ? Ops.Sum(nll) * (1 / items.GetDouble()) : Ops.Mean(nll);
        if (entry.TryGetProperty("epsilon", out JsonElement epsilon))
        {
            double e = epsilon.GetDouble();
            return (mean * (1 - e)) - (Ops.Mean(logProbabilities) * e);
        }

        return entry.TryGetProperty("coefficient", out JsonElement c) ? mean + (Ops.Mean(Ops.Square(Ops.LogSumExp(z, -1))) * c.GetDouble()) : mean;
    }

    private static Tensor LogSoftmax(Tensor z) => z - Ops.LogSumExp(z, -1, keepDimension: true);

    private static void AssertClose(double[] actual, double[] expected, double relative, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.NotEmpty(actual);
        for (int i = 0; i < actual.Length; i++)
        {
            double limit = Tolerance + (relative * Math.Abs(expected[i]));
            Assert.True(Math.Abs(actual[i] - expected[i]) <= limit, $"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
