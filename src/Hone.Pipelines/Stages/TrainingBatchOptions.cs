using Hone.Core.Recipes;
using Hone.Data.Collators;

namespace Hone.Pipelines.Stages;

/// <summary>Size, order and number of the batches of a training.</summary>
public sealed record TrainingBatchOptions : BatchOptions
{
    /// <summary>Batches that one optimizer step adds up. The loss is a mean over the labels of all of them, so that 8 × 1 and 1 × 8 rows are the same.</summary>
    [Positive]
    public int Accumulate { get; init; } = 1;

    /// <summary>Passes over the data.</summary>
    [Positive]
    public int Epochs { get; init; } = 1;

    /// <summary>Optimizer steps after which training ends, in place of <c>epochs</c>.</summary>
    [Positive]
    public long? MaxSteps { get; init; }
}
