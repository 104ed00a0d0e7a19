namespace Hone.Core.Progress;

/// <summary>Every stage of the run is done.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Duration">How long this session of it took.</param>
public sealed record RunCompleted(DateTimeOffset Time, string Folder, TimeSpan Duration) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "run_completed";
}
