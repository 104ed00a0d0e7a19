using Hone.Training;
using Hone.Training.Trainers;

namespace Hone.Pipelines.Stages;

/// <summary>What a training stage hands to the loop.</summary>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
internal sealed record TrainingData<TBatch>
{
    /// <summary>The loss, and the model.</summary>
    public required Trainer<TBatch> Trainer { get; init; }

    /// <summary>What to train on.</summary>
    public required IBatchSource<TBatch> Training { get; init; }

    /// <summary>What to validate on; <see langword="null"/> for nothing.</summary>
    public required IBatchSource<TBatch>? Validation { get; init; }

    /// <summary>Stands for the data: a saved state of other data is refused.</summary>
    public required string Key { get; init; }

    /// <summary>Number of examples to train on.</summary>
    public required long Examples { get; init; }

    /// <summary>Number of examples to validate on.</summary>
    public required long ValidationExamples { get; init; }

    /// <summary>Number of rows that were left out.</summary>
    public required long RowsDropped { get; init; }
}
