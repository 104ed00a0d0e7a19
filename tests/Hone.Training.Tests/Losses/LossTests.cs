using Hone.Tensors;
using Hone.Training.Losses;

namespace Hone.Training.Tests.Losses;

/// <summary>Every loss: gradients against central differences, extremes, packing, and what is refused.</summary>
public sealed class LossTests
{
    private static readonly int[] s_counts = [3, 1, 4];

    public static TheoryData<string> Names => new(All.Keys.Order(StringComparer.Ordinal));

    // Each maps 16 log-probabilities, two batches of the same lengths, to a scalar.
    private static Dictionary<string, Func<Tensor, Tensor>> All { get; } = Build();

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_InF64_EqualsCentralDifferences(string name)
    {
        using var scope = TensorScope.Begin("test");
        double[] values = Values();
        using var leaf = new Parameter(Tensor.From(values, values.Length), "x");
        All[name](leaf).Backward();
        double[] actual = leaf.Grad!.ToDoubles();

        const double Step = 1e-6;
        for (int i = 0; i < values.Length; i++)
        {
            double Shifted(double by)
            {
                double[] moved = [.. values];
                moved[i] += by;
                return All[name](Tensor.From(moved, moved.Length)).Item();
            }

            double expected = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
            Assert.True(Math.Abs(actual[i] - expected) <= 1e-6 * (1 + Math.Abs(expected)), $"{name}: element {i} is {actual[i]:R}, expected {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_AtExtremes_IsFinite(string name)
    {
        foreach (float extreme in (float[])[0, -1e-8f, -200])
        {
            using var scope = TensorScope.Begin("test");
            using var leaf = new Parameter(Tensor.From([.. Enumerable.Range(0, 16).Select(i => i % 3 == 0 ? extreme : -0.5f)], 16), "x");
            Tensor loss = All[name](leaf);

            loss.Backward();

            // e to the power of the distance to a reference 200 away overflows f32 nowhere but in the divergence of GRPO, which is a quantity of that size.
            if (!(name == "grpo divergence" && extreme == -200))
            {
                Assert.True(double.IsFinite(loss.Item()), $"{name} at {extreme}: {loss.Item()}");
                Assert.All(leaf.Grad!.ToDoubles(), g => Assert.True(double.IsFinite(g), $"{name} at {extreme}: gradient {g}"));
            }
        }
    }

    [Fact]
    public void Dpo_EqualToItsReference_IsLn2()
    {
        using var scope = TensorScope.Begin("test");
        SequenceLogProbabilities sums = new(Tensor.From([-1.0, -2], 2), [3, 4]);

        PreferenceLossResult result = new DpoLoss().Compute(new PreferencePairs { Chosen = sums, Rejected = sums, ReferenceChosen = sums.Sums, ReferenceRejected = sums.Sums });

        Assert.Equal(Math.Log(2), result.Loss.Item(), 1e-15);
    }

    [Fact]
    public void Dpo_OnePair_IsHandComputed()
    {
        // d = (−1 + 2) − (−3 + 2) = 2, β = 0.5: −ln σ(1) = ln(1 + e⁻¹)
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), Pair(new DpoLoss { Beta = 0.5 }), 1e-14);
        Assert.Equal(0.5, Pair(new DpoLoss { Beta = 0.25, LossType = DpoLossType.Hinge }), 1e-14); // 1 − 0.25·2
        Assert.Equal(0.25, Pair(new DpoLoss { Beta = 1, LossType = DpoLossType.Ipo }), 1e-14); // 1/2 − (−1)/2 = 1, minus 1/2, squared
    }

    [Fact]
    public void Orpo_OnePair_IsHandComputed()
    {
        // Means −½ and −3/2; log-odds −½ − ln(1 − e^−½) and −3/2 − ln(1 − e^−3/2); nll ½
        double odds = -0.5 - Math.Log(1 - Math.Exp(-0.5)) - (-1.5 - Math.Log(1 - Math.Exp(-1.5)));

        Assert.Equal(0.5 + (0.2 * Math.Log(1 + Math.Exp(-odds))), Pair(new OrpoLoss { Beta = 0.2 }), 1e-14);
    }

    [Fact]
    public void SimPo_OnePair_IsHandComputed()
    {
        // β·(−½ + 3/2) − γ = 2 − 0.5 = 1.5; plus 0.1·½
        Assert.Equal(Math.Log(1 + Math.Exp(-1.5)) + 0.05, Pair(new SimPoLoss { Beta = 2, Gamma = 0.5, NllWeight = 0.1 }), 1e-14);
    }

    [Fact]
    public void Grpo_OnPolicyWithoutOldValues_HasThePolicyGradient()
    {
        // Ratio 1 everywhere: the gradient of −A·x/(tokens) is −A/tokens
        using var scope = TensorScope.Begin("test");
        using var leaf = new Parameter(Tensor.From([-1.0, -2, -3], 3), "x");

        GrpoLossResult result = new GrpoLoss { LossType = GrpoLossType.Dapo }.Compute(new GrpoBatch { LogProbabilities = leaf, Counts = [1, 2], Advantages = [1, -2], StepTokens = 6 });
        result.Loss.Backward();

        Assert.Equal([-1 / 6.0, 2 / 6.0, 2 / 6.0], leaf.Grad!.ToDoubles(), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Advantages_EqualRewards_AreZero()
    {
        double[] advantages = GrpoAdvantages.Compute([1, 1, 1, 0, 1, 2], 3, AdvantageScale.Group);

        Assert.Equal([0, 0, 0, -1 / 1.0001, 0, 1 / 1.0001], advantages, (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Throws<TrainingException>(() => GrpoAdvantages.Compute([1, 2, 3], 2, AdvantageScale.None));
        Assert.Throws<TrainingException>(() => GrpoAdvantages.Compute([1, double.NaN], 2, AdvantageScale.None));
    }

    [Fact]
    public void Compute_PartsThatDoNotFit_AreRefused()
    {
        using var scope = TensorScope.Begin("test");
        SequenceLogProbabilities two = new(Tensor.From([-1.0, -2], 2), [3, 4]), one = new(Tensor.From([-1.0], 1), [3]);

        Assert.Throws<TrainingException>(() => new OrpoLoss().Compute(new PreferencePairs { Chosen = two, Rejected = one }));
        Assert.Throws<TrainingException>(() => new DpoLoss().Compute(new PreferencePairs { Chosen = two, Rejected = two })); // no reference
        Assert.Throws<TrainingException>(() => new OrpoLoss().Compute(new PreferencePairs { Chosen = two with { Counts = [3, 0] }, Rejected = two }));
        Assert.Throws<TrainingException>(() => new GrpoLoss { Beta = 0.1 }.Compute(new GrpoBatch { LogProbabilities = two.Sums, Counts = [2], Advantages = [1] }));
        Assert.Throws<TrainingException>(() => new GrpoLoss().Compute(new GrpoBatch { LogProbabilities = two.Sums, Counts = [1], Advantages = [1] }));
    }

    private static double Pair(PairLoss loss)
    {
        using var scope = TensorScope.Begin("test");
        return loss.Compute(new PreferencePairs
        {
            Chosen = new SequenceLogProbabilities(Tensor.From([-1.0], 1), [2]),
            Rejected = new SequenceLogProbabilities(Tensor.From([-3.0], 1), [2]),
            ReferenceChosen = Tensor.From([-2.0], 1),
            ReferenceRejected = Tensor.From([-2.0], 1),
        }).Loss.Item();
    }

    private static double[] Values() => [.. Enumerable.Range(0, 16).Select(i => -0.3 - Math.Abs(Math.Sin(1.7 * i)))];

    private static Dictionary<string, Func<Tensor, Tensor>> Build()
    {
        var all = new Dictionary<string, Func<Tensor, Tensor>>(StringComparer.Ordinal)
        {
            ["orpo"] = x => new OrpoLoss().Compute(Pairs(x)).Loss,
            ["simpo"] = x => new SimPoLoss { NllWeight = 0.5 }.Compute(Pairs(x)).Loss,
            ["kto"] = x => new KtoLoss { DesirableWeight = 1.5 }.Compute(new KtoBatch
            {
                LogProbabilities = x,
                Reference = Like(x, 16, -0.7),
                IsDesirable = [.. Enumerable.Range(0, 16).Select(i => i % 2 == 0)],
                Divergence = 0.7,
            }).Loss,
            ["grpo divergence"] = x => new GrpoLoss { Beta = 0.1 }.Compute(Answers(x, hasReference: true)).Loss,
        };
        foreach (DpoLossType type in Enum.GetValues<DpoLossType>())
        {
            double smoothing = type is DpoLossType.Robust or DpoLossType.Conservative ? 0.2 : 0;
            all[$"dpo {type}"] = x => new DpoLoss { LossType = type, LabelSmoothing = smoothing, Beta = 0.3 }.Compute(Pairs(x)).Loss;
        }

        foreach (GrpoLossType type in Enum.GetValues<GrpoLossType>().Where(type => type != GrpoLossType.Cispo)) // its factor has no gradient on purpose
        {
            foreach (ImportanceLevel level in Enum.GetValues<ImportanceLevel>())
            {
                all[$"grpo {type} {level}"] = x => new GrpoLoss { LossType = type, ImportanceLevel = level, MaxCompletionLength = 9, Delta = 1.6 }.Compute(Answers(x, hasReference: false)).Loss;
            }
        }

        return all;
    }

    private static PreferencePairs Pairs(Tensor x) => new()
    {
        Chosen = SequenceLogProbabilities.FromTokens(Ops.Slice(x, 0, 0, 8), s_counts),
        Rejected = SequenceLogProbabilities.FromTokens(Ops.Slice(x, 0, 8, 8), s_counts),
        ReferenceChosen = Like(x, 3, -1.9),
        ReferenceRejected = Like(x, 3, -1.1),
    };

    private static GrpoBatch Answers(Tensor x, bool hasReference) => new()
    {
        LogProbabilities = x,
        Old = Like(x, 16, -0.8),
        Reference = hasReference ? Like(x, 16, -0.6) : null,
        Counts = [.. s_counts, .. s_counts],
        Advantages = [1, -0.5, 0.25, -1, 2, -0.1],
    };

    private static Tensor Like(Tensor x, int count, double value) => Tensor.Full(x.DType, value, count);
}
