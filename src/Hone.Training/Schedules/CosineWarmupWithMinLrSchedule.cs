using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A cosine that ends at a least learning rate, after a rise that does not begin at 0: no step is wasted on a rate of 0.</summary>
/// <remarks>
/// <c>f(s) = (s + 1)/w</c>, or from a share a <c>a + (1 − a)·s/(w − 1)</c>; then <c>max(0, (1 − m)·½(1 + cos(2π·c·p)) + m)</c> with
/// <c>p = (s − w + 1)/(n − w)</c> and least share m. Source: transformers 5.23, <c>get_cosine_with_min_lr_schedule_with_warmup_lr_rate</c>.
/// </remarks>
[Schedule("cosine_warmup_with_min_lr")]
public sealed record CosineWarmupWithMinLrSchedule : WarmupSchedule
{
    /// <summary>The least learning rate.</summary>
    [NonNegative]
    public double? MinLr { get; init; }

    /// <summary>The least learning rate as a share of the optimizer's.</summary>
    [Range(0, 1)]
    public double? MinLrRate { get; init; }

    /// <summary>Share of the learning rate that the rise begins at.</summary>
    [Range(0, 1)]
    public double? WarmupLrRate { get; init; }

    /// <summary>Periods of the cosine until the end of the run; one half ends at the least rate.</summary>
    [Positive]
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        MinimumRate.Check(checks, MinLr, MinLrRate);
        if (WarmupLrRate is not null && (WarmupSteps ?? 0) == 0 && (WarmupRatio ?? 0) == 0)
        {
            checks.Report(nameof(WarmupLrRate), "'warmup_lr_rate' is given, but there is no warm-up", "add warmup_ratio: 0.03, or leave it out");
        }
    }

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        (double cycles, double? first, double least) = (NumCycles, WarmupLrRate, MinimumRate.ShareOf(learningRate, MinLr, MinLrRate));
        return step =>
        {
            if (step < warmup)
            {
                return first is { } share ? share + ((1 - share) * step / Math.Max(1, warmup - 1)) : Rise(step + 1, warmup);
            }

            double wave = 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress(step + 1, warmup, totalSteps)));
            return Math.Max(0, (wave * (1 - least)) + least);
        };
    }
}
