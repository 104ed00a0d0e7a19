using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Models;
using Hone.Training.Estimation;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>What is said before a training, beside what the training then does, on a clock that goes by tokens.</summary>
public sealed class TrainingEstimatorTests
{
    private const double SecondsPerToken = 0.25;

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(3, 4, null)]
    [InlineData(1, 2, 7)]
    public void Measure_OfATraining_SaysItsStepsTokensAndTime(int epochs, int accumulation, int? maxSteps)
    {
        using var run = new TinyRun();
        SequenceBatch[] batches = TinyRun.Batches(10, 6);
        var options = TinyRun.Options with { MaxSteps = maxSteps, Epochs = epochs, GradientAccumulation = accumulation };
        TrainingEstimate estimate = Estimate(run, batches, options);
        using TrainingLoop<SequenceBatch> loop = run.Loop(options, batches);

        TrainingResult result = loop.Run(TestContext.Current.CancellationToken);

        Assert.Equal(result.Steps, estimate.Steps);
        Assert.Equal(batches.Sum(batch => batch.InputIds.Length), estimate.TokensPerEpoch);
        Assert.Equal(batches.Max(batch => batch.InputIds.Length), estimate.LargestBatchTokens);
        Assert.InRange(estimate.Tokens, 0.8 * result.Tokens, 1.2 * result.Tokens); // the batches differ in length, so part of an epoch does too
        Assert.InRange(estimate.Time.TotalSeconds, 0.8 * result.Tokens * SecondsPerToken, 1.2 * result.Tokens * SecondsPerToken);
        Assert.Equal(loop.Parameters.Sum(parameter => parameter.ElementCount), estimate.TrainableParameters);
    }

    [Fact]
    public void Measure_WithGradientCheckpointing_ExpectsNoMoreMemoryAndCountsTheSameParameters()
    {
        using TinyRun plain = new(), again = new();
        SequenceBatch[] batches = TinyRun.Batches(4, 40);

        TrainingEstimate kept = Estimate(plain, batches, TinyRun.Options), recomputed = Estimate(again, batches, TinyRun.Options with { GradientCheckpointing = true });

        Assert.Equal(kept.TrainableParameters, recomputed.TrainableParameters);
        Assert.Equal(kept.Parameters, recomputed.Parameters);
        Assert.True(kept.PeakBytes > 0 && recomputed.PeakBytes > 0);
    }

    [Fact]
    public void Measure_OfAllWeights_CountsThemAll()
    {
        using var run = new TinyRun(isFull: true);

        TrainingEstimate estimate = Estimate(run, TinyRun.Batches(3, 2), TinyRun.Options);

        Assert.Equal(estimate.Parameters, estimate.TrainableParameters);
    }

    [Fact]
    public void Measure_WithAReferenceModel_AddsOnePassForward()
    {
        using TinyRun plain = new(), scored = new();
        SequenceBatch[] batches = TinyRun.Batches(10, 6);
        int[] lengths = [.. batches.SelectMany(batch => batch.SequenceLengths)];

        TimeSpan without = Estimate(plain, batches, TinyRun.Options).Time, with = Estimate(scored, batches, TinyRun.Options, lengths).Time;

        double forward = lengths.Sum() * SecondsPerToken / 2; // a step with frozen weights is a pass forward and one backward
        Assert.InRange((with - without).TotalSeconds, 0.8 * forward, 1.2 * forward);
    }

    [Fact]
    public void Take_OfABatch_ShortensTheLastSequence()
    {
        SequenceBatch batch = TinyRun.Batches(1, 5)[0];
        int first = batch.SequenceLengths[0], second = batch.SequenceLengths[1];

        SequenceBatch taken = batch.Take(first + second - 1);

        Assert.Equal([first, second - 1], taken.SequenceLengths);
        Assert.Equal(batch.InputIds[..(first + second - 1)], taken.InputIds);
        Assert.Equal(batch.Labels[..(first + second - 1)], taken.Labels);
        Assert.Equal(batch.RowIndices[..2], taken.RowIndices);
        Assert.Same(batch, batch.Take(batch.InputIds.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Take(0));
    }

    private static TrainingEstimate Estimate(TinyRun run, SequenceBatch[] batches, TrainingOptions options, IReadOnlyList<int>? referenceLengths = null)
    {
        var clock = new TokenClock();
        return new TrainingEstimator<SequenceBatch>(
            new TrainingRun<SequenceBatch>
            {
                Trainer = new ClockTrainer(new SftTrainer(run.Model), clock),
                Adapter = run.Adapter,
                Training = new Source(batches),
                Options = options,
                Random = new RandomStream(7, "train"),
                Time = clock,
            },
            (batch, tokens) => batch.Take(tokens)) { ReferenceLengths = referenceLengths ?? [] }.Measure(TestContext.Current.CancellationToken);
    }

    private sealed class TokenClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => 1_000_000;

        public void Add(int tokens) => _ticks += (long)(tokens * SecondsPerToken * TimestampFrequency);

        public override long GetTimestamp() => _ticks;
    }

    private sealed class ClockTrainer(SftTrainer inner, TokenClock clock) : Trainer<SequenceBatch>
    {
        public override PretrainedModel Model => inner.Model;

        public override long TargetsOf(SequenceBatch batch) => inner.TargetsOf(batch);

        public override IReadOnlyList<int> LengthsOf(SequenceBatch batch) => inner.LengthsOf(batch);

        public override IEnumerable<long> RowsOf(SequenceBatch batch) => inner.RowsOf(batch);

        public override LossShare Loss(SequenceBatch batch, long stepTargets)
        {
            clock.Add(batch.InputIds.Length);
            return inner.Loss(batch, stepTargets);
        }
    }

    private sealed class Source(SequenceBatch[] batches) : IBatchSource<SequenceBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public SequenceBatch Load(int epoch, int batch) => batches[batch];
    }
}
