namespace Hone.Core.Stages;

/// <summary>What a stage says before a run about the work ahead.</summary>
public sealed record StageEstimate
{
    /// <summary>Named figures, such as <c>steps</c> or <c>tokens</c>, in the order in which they are shown.</summary>
    public required IReadOnlyDictionary<string, double> Counts { get; init; }

    /// <summary>The most memory that the program is expected to take at one time, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>How long the stage is expected to run on this machine as busy as it is now.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>How memory and time were found, in words for the user.</summary>
    public required string Basis { get; init; }

    /// <summary>What else the user should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
