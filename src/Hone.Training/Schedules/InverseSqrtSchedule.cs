using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then a fall with the square root of the step, which has no end.</summary>
/// <remarks>
/// <c>f(s) = s/w</c>, then <c>1/√((s + t − w)/t)</c> with timescale t. Source: Vaswani et al., arXiv:1706.03762, section 5.3; Zhai et al., arXiv:2106.04560, section 3.5.
/// </remarks>
[Schedule("inverse_sqrt")]
public sealed record InverseSqrtSchedule : WarmupSchedule
{
    // transformers takes it when there is no warm-up to take the timescale from.
    private const long DefaultTimescale = 10_000;

    /// <summary>Steps in which the rate falls by √2 after the warm-up; the warm-up's length when not given, or 10000 without warm-up.</summary>
    [Positive]
    public long? Timescale { get; init; }

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        long timescale = Timescale ?? (warmup > 0 ? warmup : DefaultTimescale);
        long shift = timescale - warmup;
        return step => step < warmup ? Rise(step, warmup) : 1 / Math.Sqrt((step + shift) / (double)timescale);
    }
}
