namespace Hone.Core.Progress;

/// <summary>A stage is done and its artifacts are in place.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Counts">What it reports about itself, such as rows read and written.</param>
/// <param name="Artifacts">Paths of its files, relative to the run folder.</param>
public sealed record StageCompleted(DateTimeOffset Time, string Stage, TimeSpan Duration, IReadOnlyDictionary<string, double> Counts, IReadOnlyList<string> Artifacts) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "stage_completed";
}
