namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then the full learning rate.</summary>
/// <remarks><c>f(s) = min(1, s/w)</c>. Source: transformers 5.23, <c>get_constant_schedule_with_warmup</c>.</remarks>
[Schedule("constant_with_warmup")]
public sealed record ConstantWithWarmupSchedule : WarmupSchedule
{
    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        return step => step < warmup ? Rise(step, warmup) : 1;
    }
}
