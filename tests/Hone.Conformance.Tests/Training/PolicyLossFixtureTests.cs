using System.Text.Json;
using Hone.Tensors;
using Hone.Training.Losses;

namespace Hone.Conformance.Tests.Training;

/// <summary>Preference and policy-gradient losses on packed tokens, with the gradients that autograd gives them, against torch and TRL on padded ones.</summary>
[ReadsFixture("training/losses/dpo")]
[ReadsFixture("training/losses/orpo")]
[ReadsFixture("training/losses/simpo")]
[ReadsFixture("training/losses/kto")]
[ReadsFixture("training/losses/grpo")]
public sealed class PolicyLossFixtureTests
{
    private const double Tolerance = 1e-5; // absolute plus relative, as the fixtures' README states

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            if (File.Exists(Fixtures.At("training", "losses.json")))
            {
                cases.AddRange(Entries().Where(entry => Family(entry) != "lm").Select(entry => entry.GetProperty("name").GetString()!).ToArray());
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Compute_ValueAndGradients_EqualTheReference(string name)
    {
        JsonElement entry = Entries().Single(e => e.GetProperty("name").GetString() == name);
        using var scope = TensorScope.Begin("test");
        var file = new FixtureTensors(Fixtures.At("training", "losses.safetensors"));
        switch (Family(entry))
        {
            case "kto":
                ComparesKto(name, entry, file);
                break;
            case "grpo":
                ComparesGrpo(name, entry, file);
                break;
            default:
                ComparesPairs(name, entry, file);
                break;
        }
    }

    [Fact]
    public void Advantages_EveryScale_EqualTrls()
    {
        Assert.SkipUnless(File.Exists(Fixtures.At("training", "losses.safetensors")), "no fixture training/losses");
        using var scope = TensorScope.Begin("test");
        var file = new FixtureTensors(Fixtures.At("training", "losses.safetensors"));
        double[] rewards = file["grpo.rewards"].ToDoubles();
        const int Prompts = 2; // as the script that made the fixtures
        foreach (AdvantageScale scale in Enum.GetValues<AdvantageScale>())
        {
            double[] advantages = GrpoAdvantages.Compute(rewards, rewards.Length / Prompts, scale);

            AssertClose(advantages, file[$"grpo.advantages_{scale.ToString().ToLowerInvariant()}"].ToDoubles(), $"{scale}");
        }
    }

    private static void ComparesPairs(string name, JsonElement entry, FixtureTensors file)
    {
        using PackedRows chosen = new(file["pair.chosen"], file["pair.mask_chosen"], "chosen"), rejected = new(file["pair.rejected"], file["pair.mask_rejected"], "rejected");
        PairLoss loss = FixtureOptions.Create<PairLoss>("loss", Family(entry), Options(entry));
        PreferenceLossResult result = loss.Compute(new PreferencePairs
        {
            Chosen = SequenceLogProbabilities.FromTokens(chosen.Tokens, chosen.Counts),
            Rejected = SequenceLogProbabilities.FromTokens(rejected.Tokens, rejected.Counts),
            ReferenceChosen = loss.NeedsReference ? Ops.SegmentSum(chosen.Pack(file["pair.ref_chosen"]), chosen.Counts) : null,
            ReferenceRejected = loss.NeedsReference ? Ops.SegmentSum(rejected.Pack(file["pair.ref_rejected"]), rejected.Counts) : null,
        });

        result.Loss.Backward();

        AssertClose(result.Loss.ToDoubles(), file[$"{name}.loss"].ToDoubles(), $"{name} loss");
        AssertClose(chosen.Gradient(), chosen.Kept(file[$"{name}.grad.chosen"]), $"{name} gradient of chosen");
        AssertClose(rejected.Gradient(), rejected.Kept(file[$"{name}.grad.rejected"]), $"{name} gradient of rejected");
        ComparePart(file, $"{name}.per_pair", Family(entry) == "orpo" ? -result.PerPair : result.PerPair); // what TRL logs there is β·ln σ, of which the loss subtracts the mean
        ComparePart(file, $"{name}.chosen_rewards", result.ChosenRewards);
        ComparePart(file, $"{name}.rejected_rewards", result.RejectedRewards);
        ComparePart(file, $"{name}.nll", result.NegativeLogLikelihood);
    }

    private static void ComparesKto(string name, JsonElement entry, FixtureTensors file)
    {
        using var x = new Parameter(file["kto.logps"], "logps");
        bool[] labels = file["kto.labels"].ToArray<bool>();
        double divergence = KtoLoss.EstimateDivergence(file["kto.kl_logps"].ToDoubles(), file[$"kto.{entry.GetProperty("kl_case").GetString()}.kl_ref_logps"].ToDoubles());
        KtoLossResult result = FixtureOptions.Create<KtoLoss>("loss", "kto", Options(entry)).Compute(new KtoBatch
        {
            LogProbabilities = x,
            Reference = file["kto.ref_logps"],
            IsDesirable = labels,
            Divergence = divergence,
        });

        result.Loss.Backward();

        double[] perRow = result.PerRow.ToDoubles();
        AssertClose(result.Loss.ToDoubles(), file[$"{name}.loss"].ToDoubles(), $"{name} loss");
        AssertClose(x.Grad!.ToDoubles(), file[$"{name}.grad.logps"].ToDoubles(), $"{name} gradient");
        AssertClose([divergence], file[$"{name}.kl"].ToDoubles(), $"{name} kl");
        AssertClose([.. perRow.Where((_, i) => labels[i]), .. perRow.Where((_, i) => !labels[i])], file[$"{name}.per_example_desirable_first"].ToDoubles(), $"{name} rows");
    }

    private static void ComparesGrpo(string name, JsonElement entry, FixtureTensors file)
    {
        using PackedRows rows = new(file["grpo.logps"], file["grpo.mask"], "logps");
        GrpoLossResult result = FixtureOptions.Create<GrpoLoss>("policy-loss", "grpo", Options(entry)).Compute(new GrpoBatch
        {
            LogProbabilities = rows.Tokens,
            Old = rows.Pack(file["grpo.old_logps"]),
            Reference = rows.Pack(file["grpo.ref_logps"]),
            Counts = rows.Counts,
            Advantages = file["grpo.advantages"].ToDoubles(),
        });

        result.Loss.Backward();

        AssertClose(result.Loss.ToDoubles(), file[$"{name}.loss"].ToDoubles(), $"{name} loss");
        AssertClose(rows.Gradient(), rows.Kept(file[$"{name}.grad.logps"]), $"{name} gradient");
        AssertClose(result.PerToken.ToDoubles(), rows.Kept(file[$"{name}.per_token"]), $"{name} tokens");
        AssertClose(result.Divergence!.ToDoubles(), rows.Kept(file[$"{name}.kl"]), $"{name} kl");
    }

    private static void ComparePart(FixtureTensors file, string name, Tensor? actual)
    {
        if (file.Has(name))
        {
            Assert.True(actual is not null, $"{name} is not given");
            AssertClose(actual.ToDoubles(), file[name].ToDoubles(), name);
        }
    }

    /// <summary>What the entry says about the loss, under the names of our keys.</summary>
    private static IEnumerable<(string, JsonElement)> Options(JsonElement entry) =>
        entry.EnumerateObject().Where(p => p.Name is not ("name" or "family" or "kl_case")).Select(p => (p.Name == "kind" ? "loss_type" : p.Name, p.Value));

    private static string Family(JsonElement entry) => entry.GetProperty("family").GetString()!;

    private static List<JsonElement> Entries() => [.. Fixtures.Json("training", "losses.json").GetProperty("cases").EnumerateArray()];

    private static void AssertClose(double[] actual, double[] expected, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.NotEmpty(actual);
        for (int i = 0; i < actual.Length; i++)
        {
            double limit = Tolerance + (Tolerance * Math.Abs(expected[i]));
            Assert.True(Math.Abs(actual[i] - expected[i]) <= limit, $"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    /// <summary>Padded rows, and their tokens one behind the other.</summary>
    private sealed class PackedRows : IDisposable
    {
        private readonly Parameter _leaf;
        private readonly long[] _kept;

        public PackedRows(Tensor padded, Tensor mask, string name)
        {
            long[] isToken = Ops.Cast(mask, DType.I64).ToArray<long>();
            int width = padded.Shape[1];
            _kept = [.. Enumerable.Range(0, isToken.Length).Where(i => isToken[i] != 0).Select(i => (long)i)];
            Counts = [.. Enumerable.Range(0, padded.Shape[0]).Select(row => _kept.Count(i => i / width == row))];
            _leaf = new Parameter(padded, name);
            Tokens = Pack(_leaf);
        }

        public int[] Counts { get; }

        public Tensor Tokens { get; }

        public Tensor Pack(Tensor padded) => Ops.IndexSelect(Ops.Reshape(padded, (int)padded.ElementCount), Tensor.From(_kept, _kept.Length));

        public double[] Kept(Tensor padded) => Pick(padded.ToDoubles());

        public double[] Gradient() => Pick(_leaf.Grad!.ToDoubles());

        public void Dispose() => _leaf.Dispose();

        private double[] Pick(double[] values) => [.. _kept.Select(i => values[i])];
    }
}
