using System.Collections.Immutable;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Training.Adapters;
using Hone.Training.Losses;
using Hone.Training.Trainers;

namespace Hone.Training.Tests.Trainers;

/// <summary>The trainers on pairs and on marked answers: one step against an independent computation, and what must change nothing.</summary>
public sealed class PreferenceTrainerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Dictionary<string, PairLoss> PairLosses { get; } = new()
    {
        ["dpo"] = new DpoLoss { Beta = 0.3, NllWeight = 0.5 },
        ["ipo"] = new DpoLoss { Beta = 0.3, LossType = DpoLossType.Ipo },
        ["orpo"] = new OrpoLoss { Beta = 0.2 },
        ["simpo"] = new SimPoLoss { NllWeight = 0.1 },
    };

    public static TheoryData<string> Losses => new([.. PairLosses.Keys.Order(StringComparer.Ordinal), "kto"]);

    [Fact]
    public void Loss_OfAnAdapterThatChangesNothing_IsLn2()
    {
        using var run = new PreferenceRun(); // B is zero
        SftExample[] examples = PreferenceRun.Examples(16);
        PairBatch batch = PreferenceRun.Pairs(examples, run.Reference(examples), 8).Single();
        using var scope = TensorScope.Begin("test");

        LossShare share = Share(new PairTrainer(run.Model, new DpoLoss()), [batch], 8);

        Assert.Equal((double)MathF.Log(2), share.Value);
        Assert.Equal(0, Figure(share, "reward_margin"));
        Assert.Equal(0, Figure(share, "accuracy"));
    }

    [Fact]
    public void Loss_OfDpo_EqualsTheFormulaOnPlainLogits()
    {
        const double Beta = 0.3, NllWeight = 0.5;
        using var run = new PreferenceRun();
        SftExample[] examples = PreferenceRun.Examples(8);
        ImmutableArray<float> reference = run.Reference(examples);
        double[] expectedReference = Detached(run, () => Scores(run.Model, examples));
        Disturb(run, 0.3);
        using var scope = TensorScope.Begin("test");
        double[] policy = Scores(run.Model, examples);

        LossShare share = Share(new PairTrainer(run.Model, new DpoLoss { Beta = Beta, NllWeight = NllWeight }), PreferenceRun.Pairs(examples, reference, 4), 4);

        double loss = 0, tokens = 0, nll = 0, margin = 0, accuracy = 0;
        for (int pair = 0; pair < 4; pair++)
        {
            double good = Beta * (policy[2 * pair] - expectedReference[2 * pair]), bad = Beta * (policy[(2 * pair) + 1] - expectedReference[(2 * pair) + 1]);
            loss += Math.Log(1 + Math.Exp(bad - good)) / 4;
            margin += (good - bad) / 4;
            accuracy += good > bad ? 0.25 : 0;
            nll -= policy[2 * pair];
            tokens += examples[2 * pair].TrainedTokens;
        }

        Assert.All(reference.Zip(expectedReference), values => Assert.Equal(values.Second, values.First, 1e-4));
        Assert.NotEqual(0, margin, 1e-2);
        Assert.Equal(loss + (NllWeight * nll / tokens), share.Value, 1e-5);
        Assert.Equal(margin, Figure(share, "reward_margin"), 1e-4);
        Assert.Equal(accuracy, Figure(share, "accuracy"), 1e-12);
        Assert.Equal(nll / tokens, Figure(share, "nll"), 1e-5);
        Assert.Equal((policy[0] + policy[2] + policy[4] + policy[6]) / 4, Figure(share, "log_prob_chosen"), 1e-4);
    }

    [Fact]
    public void Loss_OfKto_EqualsTheFormulaOnPlainLogits()
    {
        const double Beta = 0.3, GoodWeight = 1.5, BadWeight = 0.5;
        using var run = new PreferenceRun();
        SftExample[] examples = PreferenceRun.Examples(12);
        SftExample[] all = [];
        FeedbackBatch[] batches = PreferenceRun.Feedback(examples, set => run.Reference(all = set), 6);
        double[] reference = Detached(run, () => Scores(run.Model, all));
        Disturb(run, 0.3);
        using var scope = TensorScope.Begin("test");
        double[] policy = Scores(run.Model, all);

        LossShare share = Share(new KtoTrainer(run.Model, new KtoLoss { Beta = Beta, DesirableWeight = GoodWeight, UndesirableWeight = BadWeight }), batches, 12);

        double divergence = Math.Max(0, Enumerable.Range(12, 12).Average(i => policy[i] - reference[i])), loss = 0, good = 0;
        for (int i = 0; i < 12; i++)
        {
            bool isGood = i % 3 != 0;
            double x = policy[i] - reference[i];
            loss += (isGood ? GoodWeight / (1 + Math.Exp(Beta * (x - divergence))) : BadWeight / (1 + Math.Exp(Beta * (divergence - x)))) / 12;
            good += isGood ? Beta * x / 8 : 0;
        }

        Assert.Equal(loss, share.Value, 1e-5);
        Assert.Equal(divergence, Figure(share, "divergence"), 1e-4);
        Assert.Equal(good, Figure(share, "reward_desirable"), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Gradient_InItsOwnDirection_IsTheSlopeOfTheLoss(string name)
    {
        using var run = new PreferenceRun();
        SftExample[] examples = PreferenceRun.Examples(8);
        FeedbackBatch[] feedback = PreferenceRun.Feedback(examples, run.Reference, 8);
        PairBatch[] pairs = PreferenceRun.Pairs(examples, run.Reference(examples), 4);
        Disturb(run, 0.1);
        Func<LossShare> compute = name == "kto"
            ? () => Share(new KtoTrainer(run.Model, new KtoLoss { Beta = 0.3 }), feedback, 8, isDivergenceFrozen: true)
            : () => Share(new PairTrainer(run.Model, PairLosses[name]), pairs, 4);
        Parameter[] parameters = [.. run.Adapter.Parameters()];
        using (TensorScope.Begin("gradient"))
        {
            compute().Loss.Backward();
        }

        double[][] gradients = [.. parameters.Select(parameter => parameter.Grad!.ToDoubles())];
        double squares = gradients.Sum(gradient => gradient.Sum(g => g * g)), step = 2e-3 / Math.Sqrt(squares);
        double slope = (Moved(step) - Moved(-step)) / (2 * step);

        Assert.True(squares > 0);
        Assert.Equal(squares, slope, 2e-2 * squares);

        double Moved(double by)
        {
            double[][] before = [.. parameters.Select(parameter => parameter.ToDoubles())];
            Write(parameters, (i, j) => before[i][j] + (by * gradients[i][j]));
            using (TensorScope.Begin("moved"))
            {
                double value = compute().Value;
                Write(parameters, (i, j) => before[i][j]);
                return value;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Run_WithAnswersInOneOrInManyMicroBatches_TakesTheSameSteps(string name)
    {
        using PreferenceRun one = new(), many = new();
        Train(one, name, perBatch: 8, accumulation: 1);
        Train(many, name, perBatch: 1, accumulation: 8);

        Assert.Equal(6, one.Steps.Count);
        foreach ((StepReport a, StepReport b) in one.Steps.Zip(many.Steps, (a, b) => (a, b)))
        {
            Assert.Equal(a.Loss, b.Loss, 2e-5);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-4 * a.GradientNorm);
            Assert.Equal((a.Tokens, a.Targets), (b.Tokens, b.Targets));
            Assert.Equal(a.Figures.Select(figure => figure.Key), b.Figures.Select(figure => figure.Key));
            Assert.All(a.Figures.Zip(b.Figures), pair => Assert.Equal(pair.First.Value, pair.Second.Value, 2e-4));
        }

        Assert.NotEqual(one.Steps[0].Loss, one.Steps[^1].Loss);
    }

    [Fact]
    public void Score_OfSequencesTogetherOrAlone_HasTheSameBits()
    {
        using var run = new PreferenceRun();
        Disturb(run, 0.2);
        SftExample[] examples = PreferenceRun.Examples(9);
        using GradMode off = GradMode.NoGrad();
        using var scope = TensorScope.Begin("test");
        var scorer = new AnswerScorer(run.Model);

        float[] together = scorer.Score(PreferenceRun.Join(examples)).Sums.ToArray<float>();
        float[] alone = [.. examples.Select(example => scorer.Score(PreferenceRun.Join([example])).Sums.ToArray<float>().Single())];

        Assert.Equal(alone, together);
    }

    [Fact]
    public void Score_WithAnAdapterOnTheHead_EqualsPlainLogits()
    {
        using var run = new PreferenceRun(new LoraOptions { Rank = 4, Targets = ["q_proj", "lm_head"] });
        Disturb(run, 0.2);
        SftExample[] examples = PreferenceRun.Examples(5);
        using var scope = TensorScope.Begin("test");

        double[] sums = new AnswerScorer(run.Model).Score(PreferenceRun.Join(examples)).Sums.ToDoubles();

        Assert.All(sums.Zip(Scores(run.Model, examples)), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Theory]
    [InlineData("dpo")]
    [InlineData("orpo")]
    [InlineData("simpo")]
    [InlineData("kto")]
    public void Run_OfData_RaisesTheMargin(string name)
    {
        using var run = new PreferenceRun();

        Train(run, name, perBatch: 8, accumulation: 1, steps: 30);

        double first = run.Steps[0].Figures.Single(figure => figure.Key == "reward_margin").Value, last = run.Steps[^1].Figures.Single(figure => figure.Key == "reward_margin").Value;
        Assert.True(last > first + 0.1, $"{first} to {last}");
        Assert.True(run.Steps[^1].Loss < run.Steps[0].Loss);
    }

    [Theory]
    [InlineData("dpo", 2)]
    [InlineData("orpo", 3)]
    [InlineData("kto", 3)]
    public void Run_CancelledAndContinued_GivesTheBytesOfAnUninterruptedRun(string name, long cancelStep)
    {
        var lora = new LoraOptions { Rank = 4, Dropout = 0.2 };
        using var whole = new PreferenceRun(lora);
        Train(whole, name, perBatch: 2, accumulation: 2, saves: true, validates: true);

        using var run = new PreferenceRun(lora);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Assert.Throws<OperationCanceledException>(() => Train(run, name, perBatch: 2, accumulation: 2, saves: true, validates: true, stop: stop, cancelStep: cancelStep));
        using (var fresh = new PreferenceRun(lora))
        {
            foreach ((Parameter mine, Parameter first) in run.Adapter.Parameters().Zip(fresh.Adapter.Parameters()))
            {
                mine.CopyFrom(first); // a process that starts again has an adapter with its first values
            }
        }

        Train(run, name, perBatch: 2, accumulation: 2, saves: true, validates: true);

        Assert.Equal(whole.TrainedBytes(), run.TrainedBytes());
        Assert.Equal(whole.Steps.Select(step => step.Loss), run.Steps.Select(step => step.Loss));
        Assert.Equal(whole.Evaluations, run.Evaluations);
        Assert.Contains(whole.Evaluations, report => report.Figures.Count > 0);
    }

    private static void Train(
        PreferenceRun run, string name, int perBatch, int accumulation, long steps = 6, bool saves = false, bool validates = false, CancellationTokenSource? stop = null, long cancelStep = 0)
    {
        TrainingOptions options = TinyRun.Options with { MaxSteps = steps, GradientAccumulation = accumulation, Evaluation = new EvaluationOptions { AtStart = validates, EverySteps = validates ? 2 : null } };
        SftExample[] examples = PreferenceRun.Examples(16), held = PreferenceRun.Examples(6, seed: 9);
        if (name == "kto")
        {
            using TrainingLoop<FeedbackBatch> loop = run.Loop(
                new KtoTrainer(run.Model, new KtoLoss()), PreferenceRun.Feedback(examples, run.Reference, perBatch), options, validates ? PreferenceRun.Feedback(held, run.Reference, 2) : null, saves, stop, cancelStep);
            loop.Run(stop?.Token ?? Cancellation);
        }
        else
        {
            ImmutableArray<float> Reference(SftExample[] set) => PairLosses[name].NeedsReference ? run.Reference(set) : [];
            using TrainingLoop<PairBatch> loop = run.Loop(
                new PairTrainer(run.Model, PairLosses[name]), PreferenceRun.Pairs(examples, Reference(examples), perBatch), options, validates ? PreferenceRun.Pairs(held, Reference(held), 2) : null, saves, stop, cancelStep);
            loop.Run(stop?.Token ?? Cancellation);
        }
    }

    /// <summary>The loss of micro-batches together.</summary>
    private static LossShare Share<TBatch>(Trainer<TBatch> trainer, TBatch[] batches, long targets, bool isDivergenceFrozen = false)
    {
        if (isDivergenceFrozen)
        {
            // The estimate has no gradient, so it must not move when the slope is measured: a reference far above keeps it at 0.
            batches = [.. batches.Select(batch => batch is FeedbackBatch feedback ? (TBatch)(object)(feedback with { MismatchedReference = [.. feedback.MismatchedReference.Select(_ => 1000f)] }) : batch)];
        }

        trainer.BeginStep(batches);
        LossShare[] shares = [.. batches.Select(batch => trainer.Loss(batch, targets))];
        var figures = new StepFigures();
        foreach (LossShare share in shares)
        {
            figures.Add(share.Figures);
        }

        return new LossShare(shares.Select(share => share.Loss).Aggregate((a, b) => a + b), shares.Sum(share => share.Value)) { Figures = figures };
    }

    private static double Figure(LossShare share, string name) => share.Figures!.Single(figure => figure.Key == name).Value;

    /// <summary>Gives the adapter's B values, so that it changes the model.</summary>
    private static void Disturb(PreferenceRun run, double size) => Write([.. run.Adapter.Parameters()], (i, j) => size * Math.Sin((17 * i) + (3.7 * j)));

    private static void Write(Parameter[] parameters, Func<int, int, double> value)
    {
        using var scope = TensorScope.Begin("write");
        for (int i = 0; i < parameters.Length; i++)
        {
            float[] values = [.. Enumerable.Range(0, (int)parameters[i].ElementCount).Select(j => (float)value(i, j))];
            parameters[i].CopyFrom(Ops.Reshape(Tensor.From(values, values.Length), parameters[i].Shape.Dimensions.ToArray()));
        }
    }

    private static double[] Detached(PreferenceRun run, Func<double[]> compute)
    {
        run.Adapter.Detach();
        double[] result = compute();
        run.Adapter.Attach();
        return result;
    }

    /// <summary>Log-probabilities of answers, from the logits of one sequence at a time, in f64.</summary>
    private static double[] Scores(CausalLm model, SftExample[] examples) => [.. examples.Select(example =>
    {
        using GradMode off = GradMode.NoGrad();
        using var scope = TensorScope.Begin("scores");
        int[] ids = [.. example.InputIds];
        Tensor hidden = model.Forward(Tensor.From(ids, ids.Length), PackedAttentionContext.FromLengths([ids.Length]));
        double[] logits = model.Logits(hidden).ToDoubles();
        int vocabulary = logits.Length / ids.Length;
        double sum = 0;
        for (int i = 1; i < ids.Length; i++)
        {
            if (example.Labels[i] != SftExample.IgnoreIndex)
            {
                double[] row = logits[((i - 1) * vocabulary)..(i * vocabulary)];
                sum += row[ids[i]] - Math.Log(row.Sum(Math.Exp));
            }
        }

        return sum;
    })];
}
