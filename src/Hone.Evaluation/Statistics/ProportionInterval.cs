namespace Hone.Evaluation.Statistics;

/// <summary>Confidence interval of a share of right answers.</summary>
/// <param name="Low">Lower end, from 0.</param>
/// <param name="High">Upper end, at most 1.</param>
public readonly record struct ProportionInterval(double Low, double High)
{
    /// <summary>Standard normal quantile of 95 % between both tails.</summary>
    private const double Quantile95 = 1.959963984540054;

    /// <summary>Computes the 95 % interval by Wilson's score, which also holds near 0 and 1 and for few answers.</summary>
    /// <remarks>Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.</remarks>
    /// <param name="right">Number of right answers, 0 to <paramref name="count"/>.</param>
    /// <param name="count">Number of answers, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ProportionInterval Wilson(long right, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(right, count);
        double share = right / (double)count, square = Quantile95 * Quantile95;
        double middle = (share + (square / (2 * count))) / (1 + (square / count));
        double half = Quantile95 / (1 + (square / count)) * Math.Sqrt((share * (1 - share) / count) + (square / (4.0 * count * count)));
        return new ProportionInterval(right == 0 ? 0 : Math.Max(0, middle - half), right == count ? 1 : Math.Min(1, middle + half));
    }
}
