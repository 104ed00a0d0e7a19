namespace Hone.Core.Progress;

/// <summary>A stage was left out because its verified result is already there.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Index">Its place among the stages, from 1.</param>
/// <param name="Count">Number of stages.</param>
/// <param name="Artifacts">Number of files whose hashes were verified.</param>
public sealed record StageSkipped(DateTimeOffset Time, string Stage, int Index, int Count, int Artifacts) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "stage_skipped";
}
