using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then a cosine to 0 at the end of the run.</summary>
/// <remarks>
/// <c>f(s) = s/w</c>, then <c>½(1 + cos(2π·c·p))</c> with <c>p = (s − w)/(n − w)</c> and c cycles; beyond the run the cosine goes on and rises again.
/// Source: Loshchilov and Hutter, arXiv:1608.03983, section 3.
/// </remarks>
[Schedule("cosine")]
public sealed record CosineSchedule : WarmupSchedule
{
    /// <summary>Periods of the cosine until the end of the run; one half ends at 0.</summary>
    [Positive]
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        double cycles = NumCycles;
        return step => step < warmup ? Rise(step, warmup) : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress(step, warmup, totalSteps))));
    }
}
