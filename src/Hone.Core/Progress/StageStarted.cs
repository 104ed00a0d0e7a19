namespace Hone.Core.Progress;

/// <summary>A stage began.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Index">Its place among the stages, from 1.</param>
/// <param name="Count">Number of stages.</param>
public sealed record StageStarted(DateTimeOffset Time, string Stage, int Index, int Count) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "stage_started";
}
