namespace Hone.Training.Estimation;

/// <summary>What a training is expected to take.</summary>
public sealed record TrainingEstimate
{
    /// <summary>Number of values that are trained.</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Number of values of the model, and of its adapter if there is one.</summary>
    public required long Parameters { get; init; }

    /// <summary>Optimizer steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Micro-batches of the first epoch.</summary>
    public required int BatchesPerEpoch { get; init; }

    /// <summary>Tokens of the first epoch.</summary>
    public required long TokensPerEpoch { get; init; }

    /// <summary>Tokens of all steps; counted from the first epoch's where a run has several.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of the largest micro-batch, which decides on the memory.</summary>
    public required long LargestBatchTokens { get; init; }

    /// <summary>The most memory that the program is expected to hold at one time (resident set), in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Time of all steps, evaluations and saved states on this machine as busy as it is now.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Rate at which steps are expected to go.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Tokens of the smaller step that was measured.</summary>
    public required long SmallProbeTokens { get; init; }

    /// <summary>Tokens of the larger step that was measured.</summary>
    public required long LargeProbeTokens { get; init; }
}
