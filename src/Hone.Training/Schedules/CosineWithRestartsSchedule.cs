using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then several cosines to 0, each starting at the full learning rate; 0 beyond the run.</summary>
/// <remarks>
/// <c>f(s) = s/w</c>, then <c>½(1 + cos(π·(c·p mod 1)))</c> with <c>p = (s − w)/(n − w)</c> and c cycles. Source: Loshchilov and Hutter, arXiv:1608.03983, section 3.
/// </remarks>
[Schedule("cosine_with_restarts")]
public sealed record CosineWithRestartsSchedule : WarmupSchedule
{
    /// <summary>Number of falls until the end of the run.</summary>
    [Positive]
    public int NumCycles { get; init; } = 1;

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        long warmup = WarmupOf(totalSteps);
        int cycles = NumCycles;
        return step =>
        {
            double progress = Progress(step, warmup, totalSteps);
            return step < warmup ? Rise(step, warmup) : progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1))));
        };
    }
}
