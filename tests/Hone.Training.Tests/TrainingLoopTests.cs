using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Tensors;
using Hone.Tensors.Threading;
using Hone.Training.Adapters;

namespace Hone.Training.Tests;

public sealed class TrainingLoopTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_WithRowsInOneOrInManyMicroBatches_TakesTheSameSteps()
    {
        SequenceBatch[] single = TinyRun.Batches(count: 16, rows: 1);
        SequenceBatch[] joined = [.. single.Chunk(8).Select(rows => new SequenceBatch(
            [.. rows.SelectMany(row => row.InputIds)], [.. rows.SelectMany(row => row.Labels)], [.. rows.SelectMany(row => row.SequenceLengths)], [.. rows.SelectMany(row => row.RowIndices)]))];
        using TinyRun one = new(), many = new();
        using TrainingLoop<SequenceBatch> first = one.Loop(TinyRun.Options, joined);
        using TrainingLoop<SequenceBatch> second = many.Loop(TinyRun.Options with { GradientAccumulation = 8 }, single);

        first.Run(Cancellation);
        second.Run(Cancellation);

        Assert.Equal(6, one.Steps.Count);
        Assert.Equal(6, many.Steps.Count);
        foreach ((StepReport a, StepReport b) in one.Steps.Zip(many.Steps))
        {
            Assert.Equal(a.Loss, b.Loss, 1e-5);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-5 * a.GradientNorm);
            Assert.Equal((a.Tokens, a.Targets), (b.Tokens, b.Targets));
            Assert.Equal(b.Loss, b.MicroLosses.Sum(), 1e-12);
        }
    }

    [Fact]
    public void Run_OfData_LowersItsLoss()
    {
        using var run = new TinyRun();
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options with { MaxSteps = 30 }, TinyRun.Batches(2, 4));

        TrainingResult result = loop.Run(Cancellation);

        Assert.Equal(30, result.Steps);
        Assert.True(result.FinalLoss < 0.8 * run.Steps[0].Loss, $"{run.Steps[0].Loss} to {result.FinalLoss}");
        Assert.Equal(run.Steps.Sum(step => step.Tokens), result.Tokens);
    }

    [Fact]
    public void Run_OnOneOrTwoThreads_GivesTheSameBytes()
    {
        byte[] Train(int threads)
        {
            using IDisposable use = ComputeThreads.Use(threads);
            using var run = new TinyRun(new LoraOptions { Rank = 4, Dropout = 0.1 });
            using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options with { NeftuneNoiseAlpha = 5 }, TinyRun.Batches(3, 4));
            loop.Run(Cancellation);
            return run.TrainedBytes();
        }

        Assert.Equal(Train(1), Train(2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Run_CancelledAndContinued_GivesTheBytesOfAnUninterruptedRun(long cancelStep)
    {
        TrainingOptions options = TinyRun.Options with { GradientAccumulation = 2, NeftuneNoiseAlpha = 3, Evaluation = new EvaluationOptions { EverySteps = 2, KeepBest = true } };
        SequenceBatch[] training = TinyRun.Batches(5, 2), validation = TinyRun.Batches(2, 2, seed: 9);
        var lora = new LoraOptions { Rank = 4, Dropout = 0.2 };
        using var whole = new TinyRun(lora);
        using (TrainingLoop<SequenceBatch> loop = whole.Loop(options, training, validation, saves: true))
        {
            loop.Run(Cancellation);
        }

        using var run = new TinyRun(lora);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using (TrainingLoop<SequenceBatch> loop = run.Loop(options, training, validation, saves: true, stop, cancelStep))
        {
            Assert.Throws<OperationCanceledException>(() => loop.Run(stop.Token));
            Assert.Equal(cancelStep, loop.Step);
        }

        // A process that starts again has an adapter with its first values.
        foreach ((Parameter mine, Parameter fresh) in run.Adapter!.Parameters().Zip(new TinyRun(lora).Adapter!.Parameters()))
        {
            mine.CopyFrom(fresh);
        }

        using (TrainingLoop<SequenceBatch> loop = run.Loop(options, training, validation, saves: true))
        {
            TrainingResult result = loop.Run(Cancellation);
            Assert.Equal(6, result.Steps);
        }

        Assert.Equal(whole.TrainedBytes(), run.TrainedBytes());
        Assert.Equal(whole.Steps.Select(step => step.Loss), run.Steps.Select(step => step.Loss));
        Assert.Equal(whole.Evaluations, run.Evaluations);
    }

    [Fact]
    public void Run_WithADamagedCheckpoint_GoesOnFromTheOneBefore()
    {
        using var whole = new TinyRun();
        using (TrainingLoop<SequenceBatch> loop = whole.Loop(TinyRun.Options, TinyRun.Batches(3, 2)))
        {
            loop.Run(Cancellation);
        }

        using var run = new TinyRun();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using (TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, TinyRun.Batches(3, 2), saves: true, cancelAfter: stop, cancelStep: 4))
        {
            Assert.Throws<OperationCanceledException>(() => loop.Run(stop.Token));
        }

        string newest = Directory.GetDirectories(run.Checkpoints).Order(StringComparer.Ordinal).Last();
        using (FileStream file = File.OpenWrite(Path.Combine(newest, "state.safetensors")))
        {
            file.SetLength(file.Length - 1);
        }

        using (TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, TinyRun.Batches(3, 2), saves: true))
        {
            loop.Run(Cancellation);
        }

        Assert.Contains(run.Warnings, warning => warning.Contains("damaged", StringComparison.Ordinal));
        Assert.Equal([1, 2, 3, 4, 3, 4, 5, 6], run.Steps.Select(step => step.Step));
        Assert.Equal(whole.TrainedBytes(), run.TrainedBytes());
    }

    [Fact]
    public void Run_WithACheckpointOfAnotherRun_IsRefused()
    {
        using var run = new TinyRun();
        using (TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, TinyRun.Batches(3, 2), saves: true))
        {
            loop.Run(Cancellation);
        }

        string newest = Directory.GetDirectories(run.Checkpoints).Order(StringComparer.Ordinal).Last();
        string path = Path.Combine(newest, "state.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"RunKey\": \"key\"", "\"RunKey\": \"other\"", StringComparison.Ordinal));

        using TrainingLoop<SequenceBatch> again = run.Loop(TinyRun.Options, TinyRun.Batches(3, 2), saves: true);
        TrainingException error = Assert.Throws<TrainingException>(() => again.Run(Cancellation));

        Assert.Contains("other settings or data", error.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_KeepingCheckpoints_DeletesOlderOnes()
    {
        using var run = new TinyRun();
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options with { Checkpoints = new CheckpointOptions { EverySteps = 1, Keep = 2 } }, TinyRun.Batches(3, 2), saves: true);

        loop.Run(Cancellation);

        Assert.Equal(["step-00000005", "step-00000006"], Directory.GetDirectories(run.Checkpoints).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_WhoseValidationLossRises_StopsEarlyWithTheBestModel()
    {
        using var run = new TinyRun();
        TrainingOptions options = TinyRun.Options with { MaxSteps = 200, Evaluation = new EvaluationOptions { EverySteps = 1, KeepBest = true, Patience = 3, AtStart = true } };
        using TrainingLoop<SequenceBatch> loop = run.Loop(options, TinyRun.Batches(1, 4), TinyRun.Batches(2, 4, seed: 5), saves: true);

        TrainingResult result = loop.Run(Cancellation);

        EvaluationReport best = run.Evaluations.Skip(1).MinBy(evaluation => evaluation.Loss)!;
        Assert.True(result.StoppedEarly);
        Assert.Equal(best.Step + 3, result.Steps);
        Assert.Equal(best.Step, result.ResultStep);
        Assert.Equal(best.Loss, result.FinalEvaluation);
        Assert.Equal(best.Loss, loop.Evaluate(Cancellation));
        Assert.Equal(run.Evaluations[0].Loss, result.InitialEvaluation);
    }

    [Fact]
    public void Run_WhoseLossIsNotFinite_NamesStepRowsAndModule()
    {
        using var run = new TinyRun();
        run.Adapter!.Linears.Single(pair => pair.Key.Path.EndsWith("layers.1.mlp.up_proj", StringComparison.Ordinal)).Value.B.Fill(double.PositiveInfinity);
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, TinyRun.Batches(3, 2));

        TrainingException error = Assert.Throws<TrainingException>(() => loop.Run(Cancellation));

        Assert.Contains("not finite", error.What, StringComparison.Ordinal);
        Assert.Equal("step 1", error.Where);
        Assert.Contains("rows 1, 2", error.Facts, StringComparison.Ordinal);
        Assert.Contains("layers.1.mlp.up_proj", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAStepWithoutLabels_IsRefused()
    {
        SequenceBatch[] batches = TinyRun.Batches(2, 2);
        batches[1] = batches[1] with { Labels = [.. batches[1].Labels.Select(_ => SftExample.IgnoreIndex)] };
        using var run = new TinyRun();
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, batches);

        TrainingException error = Assert.Throws<TrainingException>(() => loop.Run(Cancellation));

        Assert.Equal("step 2", error.Where);
        Assert.Contains("rows 3, 4", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithNeftune_AddsNoiseToTrainingAlone()
    {
        SequenceBatch[] batches = TinyRun.Batches(1, 4);
        using TinyRun plain = new(), noisy = new();
        using TrainingLoop<SequenceBatch> without = plain.Loop(TinyRun.Options, batches, batches);
        using TrainingLoop<SequenceBatch> with = noisy.Loop(TinyRun.Options with { NeftuneNoiseAlpha = 5 }, batches, batches);
        Assert.Equal(without.Evaluate(Cancellation), with.Evaluate(Cancellation));

        without.Run(Cancellation);
        with.Run(Cancellation);

        Assert.NotEqual(plain.Steps[0].Loss, noisy.Steps[0].Loss);
        Assert.Equal(plain.Steps[0].Loss, noisy.Steps[0].Loss, 0.5);
        Assert.Equal(without.Evaluate(Cancellation), plain.Evaluations[^1].Loss);
        Assert.Null(noisy.Model.Decoder.TokenEmbedding.Noise);
    }

    [Fact]
    public void Run_OfAllWeights_ChangesEveryOne()
    {
        using var run = new TinyRun(isFull: true);
        Dictionary<string, float[]> before = run.Model.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.ToArray<float>());
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options, TinyRun.Batches(3, 4));

        loop.Run(Cancellation);

        Assert.All(run.Model.Parameters(), parameter => Assert.NotEqual(before[parameter.Name], parameter.ToArray<float>()));
    }

    [Fact]
    public void Run_OfManyEpochs_CountsThem()
    {
        using var run = new TinyRun();
        using TrainingLoop<SequenceBatch> loop = run.Loop(TinyRun.Options with { MaxSteps = null, Epochs = 3, GradientAccumulation = 2 }, TinyRun.Batches(3, 2));

        TrainingResult result = loop.Run(Cancellation);

        Assert.Equal(6, loop.TotalSteps); // two steps an epoch, the second of one micro-batch
        Assert.Equal(6, result.Steps);
        Assert.Equal([2.0 / 3, 1, 1 + (2.0 / 3), 2, 2 + (2.0 / 3), 3], run.Steps.Select(step => step.Epoch));
    }
}
