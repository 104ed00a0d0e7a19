namespace Hone.Core.Progress;

/// <summary>A run began or was taken up again.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Stages">Names of the stages that belong to this run, in order.</param>
public sealed record RunStarted(DateTimeOffset Time, string Folder, IReadOnlyList<string> Stages) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "run_started";
}
