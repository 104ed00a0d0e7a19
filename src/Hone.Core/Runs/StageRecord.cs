namespace Hone.Core.Runs;

/// <summary>What the manifest says about one stage.</summary>
public sealed record StageRecord
{
    /// <summary>The stage's name in the recipe.</summary>
    public required string Name { get; init; }

    /// <summary>How far it got.</summary>
    public StageStatus Status { get; init; } = StageStatus.Pending;

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last attempt began.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>The files it read, as they were then.</summary>
    public IReadOnlyList<ArtifactRecord> Inputs { get; init; } = [];

    /// <summary>The files it made.</summary>
    public IReadOnlyList<ArtifactRecord> Artifacts { get; init; } = [];

    /// <summary>Figures it reports about itself, such as rows read and written.</summary>
    public IReadOnlyDictionary<string, double> Counts { get; init; } = new Dictionary<string, double>();

    /// <summary>The first line of the error that stopped it.</summary>
    public string? Error { get; init; }
}
