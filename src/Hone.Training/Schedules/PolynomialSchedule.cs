using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>A linear rise from 0, then a fall along a power to a last learning rate, which stays beyond the run.</summary>
/// <remarks>
/// <c>f(s) = s/w</c>, then <c>((l − e)·(1 − p)^k + e)/l</c> with <c>p = (s − w)/(n − w)</c>, learning rate l, last rate e and power k.
/// Source: transformers 5.23, <c>get_polynomial_decay_schedule_with_warmup</c>.
/// </remarks>
[Schedule("polynomial")]
public sealed record PolynomialSchedule : WarmupSchedule
{
    /// <summary>The learning rate at the end of the run; below the optimizer's.</summary>
    [NonNegative]
    public double LrEnd { get; init; } = 1e-7;

    /// <summary>Power of the fall: 1 is a line.</summary>
    [Positive]
    public double Power { get; init; } = 1;

    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps)
    {
        if (!(LrEnd < learningRate))
        {
            throw new TrainingException(
                "The last learning rate of a polynomial schedule must be below the first.",
                "schedule.lr_end",
                $"lr_end {LrEnd:R}, learning_rate {learningRate:R}",
                "Write a smaller lr_end.");
        }

        long warmup = WarmupOf(totalSteps);
        (double end, double power) = (LrEnd, Power);
        return step =>
        {
            if (step < warmup)
            {
                return Rise(step, warmup);
            }

            double left = step >= totalSteps ? 0 : 1 - Progress(step, warmup, totalSteps);
            return (((learningRate - end) * Math.Pow(left, power)) + end) / learningRate;
        };
    }
}
