namespace Hone.Evaluation.Statistics;

/// <summary>By how much two shares of right answers to the same questions differ, with a confidence interval.</summary>
/// <param name="Value">The second share minus the first, from -1 to 1.</param>
/// <param name="Low">Lower end of the interval, at least -1.</param>
/// <param name="High">Upper end of the interval, at most 1.</param>
public readonly record struct ProportionDifference(double Value, double Low, double High)
{
    private const double Quantile95 = 1.959963984540054; // of the standard normal distribution, 95 % between both tails
    private const int Halvings = 100;                    // more than a double can tell apart

    /// <summary>Computes the 95 % score interval, which also holds for few questions and for models that agree on all of them.</summary>
    /// <remarks>
    /// The interval holds every difference <c>d</c> with <c>|b - c - n·d| ≤ z·√(n·(2q + d·(1 - d)))</c>, where <c>q</c> is the share of questions that
    /// the first alone gets right, estimated by maximum likelihood given <c>d</c>. Source: T. Tango, Equivalence test and confidence interval for the
    /// difference in proportions for the paired-sample design, 1998.
    /// </remarks>
    /// <param name="onlyFirst">Questions that the first alone got right.</param>
    /// <param name="onlySecond">Questions that the second alone got right.</param>
    /// <param name="count">All questions, at least 1 and at least the sum of the other two.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ProportionDifference Tango(long onlyFirst, long onlySecond, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(onlyFirst + onlySecond, count);
        double value = (onlySecond - onlyFirst) / (double)count;
        double low = onlyFirst == count ? -1 : Bisect(-1, value, difference => Score(onlyFirst, onlySecond, count, difference) > Quantile95);
        double high = onlySecond == count ? 1 : Bisect(value, 1, difference => Score(onlyFirst, onlySecond, count, difference) >= -Quantile95);
        return new ProportionDifference(value, low, high);
    }

    private static double Score(double onlyFirst, double onlySecond, double count, double difference)
    {
        double a = 2 * count;
        double b = (((2 * count) - onlySecond + onlyFirst) * difference) - onlySecond - onlyFirst;
        double c = -onlyFirst * difference * (1 - difference);
        double share = (Math.Sqrt(Math.Max(0, (b * b) - (4 * a * c))) - b) / (2 * a);
        double distance = onlySecond - onlyFirst - (count * difference);
        double variance = count * ((2 * share) + (difference * (1 - difference)));
        return variance > 0 ? distance / Math.Sqrt(variance) : distance > 0 ? double.PositiveInfinity : distance < 0 ? double.NegativeInfinity : 0;
    }

    /// <summary>Finds where a condition that holds at the lower end stops holding.</summary>
    private static double Bisect(double low, double high, Func<double, bool> holds)
    {
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
