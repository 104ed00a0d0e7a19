using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Inference.Tests;
using Hone.Training.Adapters;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>A small model with an adapter, and sequences to train it on.</summary>
internal sealed class TinyRun(LoraOptions? adapter = null, bool isFull = false) : RecordedRun(isFull ? null : adapter ?? new LoraOptions { Rank = 4 }, seed: 3)
{
    public static TrainingOptions Options { get; } = new()
    {
        MaxSteps = 6,
        Optimizer = new AdamWOptions { LearningRate = 5e-3, WeightDecay = 0 },
        Schedule = new LinearSchedule(),
        Evaluation = new EvaluationOptions { AtStart = false },
        Checkpoints = new CheckpointOptions { EverySteps = 2, Keep = 2 },
    };

    /// <summary>Batches of rows of random tokens, different in length; the same seed gives the same ones.</summary>
    public static SequenceBatch[] Batches(int count, int rows, ulong seed = 1) => [.. Enumerable.Range(0, count).Select(batch =>
    {
        var random = new RandomStream(seed, $"batch {batch}");
        int[] lengths = [.. Enumerable.Range(0, rows).Select(_ => 3 + random.NextInt32(9))];
        int[] ids = [.. Enumerable.Range(0, lengths.Sum()).Select(_ => random.NextInt32(TinyModel.Vocabulary))];
        int[] firsts = [.. lengths.Select((_, i) => lengths.Take(i).Sum())];
        return new SequenceBatch(
            [.. ids], [.. ids.Select((id, i) => firsts.Contains(i) || id % 4 == 0 ? SftExample.IgnoreIndex : id)], [.. lengths],
            [.. Enumerable.Range(0, rows).Select(row => ((long)batch * rows) + row + 1)]);
    })];

    public TrainingLoop<SequenceBatch> Loop(TrainingOptions options, SequenceBatch[] training, SequenceBatch[]? validation = null, bool saves = false, CancellationTokenSource? cancelAfter = null, long cancelStep = 0) =>
        Loop(new SftTrainer(Model), training, options, validation, saves, cancelAfter, cancelStep);
}
