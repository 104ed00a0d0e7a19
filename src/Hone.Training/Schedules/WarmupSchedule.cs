using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>Base of the schedules that rise from a small rate to the full one before they fall.</summary>
public abstract record WarmupSchedule : Schedule, ICheckedOptions
{
    /// <summary>Steps over which the rate rises.</summary>
    [NonNegative]
    public long? WarmupSteps { get; init; }

    /// <summary>Share of all steps over which the rate rises, rounded up to whole steps.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double? WarmupRatio { get; init; }

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
        if (WarmupSteps is not null && WarmupRatio is not null)
        {
            checks.Report(nameof(WarmupRatio), "both 'warmup_steps' and 'warmup_ratio' are given", "give one of them");
        }
    }

    /// <summary>Steps over which the rate rises in a run of <paramref name="totalSteps"/> steps.</summary>
    /// <exception cref="TrainingException">They are more than the run has.</exception>
    protected long WarmupOf(long totalSteps)
    {
        long steps = WarmupSteps ?? (long)Math.Ceiling(totalSteps * (WarmupRatio ?? 0));
        return steps <= totalSteps ? steps : throw new TrainingException(
            "The warm-up is longer than the run: the full learning rate is never reached.",
            "schedule.warmup_steps",
            $"{steps} warm-up steps, {totalSteps} steps in all",
            "Write fewer warmup_steps, or warmup_ratio: 0.03.");
    }

    /// <summary>The share of a linear rise from 0 that step <paramref name="step"/> of <paramref name="warmup"/> has reached.</summary>
    protected static double Rise(long step, long warmup) => step / (double)Math.Max(1, warmup);

    /// <summary>The share of the steps after the warm-up that lie behind <paramref name="step"/>; above 1 beyond the run.</summary>
    protected static double Progress(long step, long warmup, long totalSteps) => (step - warmup) / (double)Math.Max(1, totalSteps - warmup);

}
