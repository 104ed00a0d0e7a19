using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A rise, a stretch at the full learning rate, and a fall at the end; beyond the run the least rate stays.</summary>
/// <remarks>
/// With least share m: <c>f = (1 − m)·r + m</c> while rising (r from 0 to 1) and falling (r from 1 to 0), <c>f = 1</c> between, <c>f = m</c> afterwards.
/// Source: Hu et al., arXiv:2404.06395, section 4; the shape 1 − √p: Hägele et al., arXiv:2405.18392, section 3.
/// </remarks>
[Schedule("warmup_stable_decay")]
public sealed record WarmupStableDecaySchedule : WarmupSchedule
{
    /// <summary>Steps of the fall.</summary>
    [NonNegative]
    public long? NumDecaySteps { get; init; }

    /// <summary>Share of all steps that the fall takes, rounded up to whole steps.</summary>
    [Range(0, 1)]
    public double? DecayRatio { get; init; }

    /// <summary>Steps at the full learning rate; all that warm-up and fall leave when not given.</summary>
    [NonNegative]
    public long? NumStableSteps { get; init; }

    /// <summary>The curve of the rise.</summary>
    public RampShape WarmupType { get; init; } = RampShape.Linear;

    /// <summary>The curve of the fall.</summary>
    public RampShape DecayType { get; init; } = RampShape.Cosine;

    /// <summary>The least learning rate as a share of the optimizer's; the rise begins at it too.</summary>
    [Range(0, 1)]
    public double MinLrRatio { get; init; }

    /// <summary>Periods of a cosine fall; one half ends at the least rate.</summary>
    [Positive]
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (NumDecaySteps is null == DecayRatio is null)
        {
            bool both = NumDecaySteps is not null;
            checks.Report(
                both ? nameof(DecayRatio) : nameof(NumDecaySteps),
                both ? "both 'num_decay_steps' and 'decay_ratio' are given" : "the length of the fall is missing",
                "give either num_decay_steps: 100 or decay_ratio: 0.1");
        }

        if (NumCycles != 0.5 && DecayType != RampShape.Cosine)
        {
            checks.Report(nameof(NumCycles), "'num_cycles' is given, but the fall is no cosine", "write decay_type: cosine, or leave it out");
        }
    }

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        long decay = NumDecaySteps ?? (long)Math.Ceiling(totalSteps * (DecayRatio ?? 0));
        long stable = NumStableSteps ?? (totalSteps - warmup - decay);
        if (stable < 0)
        {
            throw new TrainingException(
                "Warm-up and fall of the schedule are longer than the run together.",
                "schedule.num_decay_steps",
                $"{warmup} warm-up steps, {decay} decay steps, {totalSteps} steps in all",
                "Write fewer of either, or decay_ratio: 0.1.");
        }

        (RampShape rise, RampShape fall, double cycles, double least) = (WarmupType, DecayType, NumCycles, MinLrRatio);
        return step => step < warmup ? Between(least, RiseAlong(rise, Rise(step, warmup)))
            : step < warmup + stable ? 1
            : step < warmup + stable + decay ? Between(least, FallAlong(fall, cycles, (step - warmup - stable) / (double)decay))
            : least;
    }

    private static double Between(double least, double share) => Math.Max(0, (share * (1 - least)) + least);

    private static double RiseAlong(RampShape shape, double progress) => shape switch
    {
        RampShape.Linear => progress,
        RampShape.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        _ => 1 - Math.Sqrt(1 - progress),
    };

    private static double FallAlong(RampShape shape, double cycles, double progress) => shape switch
    {
        RampShape.Linear => 1 - progress,
        RampShape.Cosine => 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * progress)),
        _ => 1 - Math.Sqrt(progress),
    };
}
