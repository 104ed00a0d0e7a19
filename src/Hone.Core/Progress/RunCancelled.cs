namespace Hone.Core.Progress;

/// <summary>The run was stopped on request and can be resumed.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Stage">The stage that was running.</param>
public sealed record RunCancelled(DateTimeOffset Time, string Folder, string Stage) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "run_cancelled";
}
