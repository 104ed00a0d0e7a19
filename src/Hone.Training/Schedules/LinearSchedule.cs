namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then a linear fall to 0 at the end of the run.</summary>
/// <remarks><c>f(s) = s/w</c>, then <c>max(0, (n − s)/(n − w))</c>. Source: transformers 5.23, <c>get_linear_schedule_with_warmup</c>.</remarks>
[Schedule("linear")]
public sealed record LinearSchedule : WarmupSchedule
{
    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        return step => step < warmup ? Rise(step, warmup) : Math.Max(0, (totalSteps - step) / (double)Math.Max(1, totalSteps - warmup));
    }
}
