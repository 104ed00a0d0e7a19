namespace Hone.Core.Progress;

/// <summary>Something a user should know that does not stop the run.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Message">What it is and what was done about it.</param>
public sealed record WarningRaised(DateTimeOffset Time, string Message) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "warning";
}
