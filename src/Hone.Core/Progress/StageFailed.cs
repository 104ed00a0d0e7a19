namespace Hone.Core.Progress;

/// <summary>A stage stopped with an error.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Error">The first line of the error.</param>
public sealed record StageFailed(DateTimeOffset Time, string Stage, string Error) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "stage_failed";
}
