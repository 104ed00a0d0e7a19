using Hone.Core.Recipes;

namespace Hone.Training;

/// <summary>When the state of a run is saved, so that it can go on after an interruption.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Steps between two checkpoints; null to save on interruption alone.</summary>
    [Positive]
    public long? EverySteps { get; init; } = 50;

    /// <summary>Checkpoints that are kept; older ones are deleted once a newer one is complete.</summary>
    [Positive]
    public int Keep { get; init; } = 1;
}
