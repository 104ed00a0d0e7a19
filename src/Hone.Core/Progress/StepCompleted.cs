namespace Hone.Core.Progress;

/// <summary>A stage got further.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Done">Units done so far.</param>
/// <param name="Total">Units to do, if known.</param>
/// <param name="Unit">What is counted, in the plural: <c>rows</c>, <c>tokens</c>, <c>steps</c>.</param>
/// <param name="Metrics">Named figures of this step.</param>
public sealed record StepCompleted(DateTimeOffset Time, string Stage, long Done, long? Total, string Unit, IReadOnlyDictionary<string, double> Metrics) : ProgressEvent(Time)
{
    /// <inheritdoc/>
    public override string Name => "step_completed";
}
