using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then a cosine that ends at a least learning rate instead of 0.</summary>
/// <remarks>
/// <c>f(s) = s/w</c>, then <c>max(0, (1 − m)·½(1 + cos(2π·c·p)) + m)</c> with <c>p = (s − w)/(n − w)</c> and least share m; beyond the run the cosine goes on.
/// Source: transformers 5.23, <c>get_cosine_with_min_lr_schedule_with_warmup</c>.
/// </remarks>
[Schedule("cosine_with_min_lr")]
public sealed record CosineWithMinLrSchedule : WarmupSchedule
{
    /// <summary>The least learning rate.</summary>
    [NonNegative]
    public double? MinLr { get; init; }

    /// <summary>The least learning rate as a share of the optimizer's.</summary>
    [Range(0, 1)]
    public double? MinLrRate { get; init; }

    /// <summary>Periods of the cosine until the end of the run; one half ends at the least rate.</summary>
    [Positive]
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        MinimumRate.Check(checks, MinLr, MinLrRate);
    }

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        (double cycles, double least) = (NumCycles, MinimumRate.ShareOf(learningRate, MinLr, MinLrRate));
        return step => step < warmup
            ? Rise(step, warmup)
            : Math.Max(0, (0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress(step, warmup, totalSteps))) * (1 - least)) + least);
    }
}
