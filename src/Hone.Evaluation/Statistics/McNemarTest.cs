namespace Hone.Evaluation.Statistics;

/// <summary>Whether two models that answered the same questions differ: only the questions count that one of them got right and the other wrong.</summary>
/// <remarks>Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages, 1947; here exact, from the binomial distribution.</remarks>
public static class McNemarTest
{
    /// <summary>Computes the two-sided p-value: <c>2·P(X ≤ min(b, c))</c> with <c>X ~ Binomial(b + c, ½)</c>, at most 1.</summary>
    /// <param name="onlyFirst">Questions that the first alone got right, at least 0.</param>
    /// <param name="onlySecond">Questions that the second alone got right, at least 0.</param>
    /// <returns>From 0 to 1; 1 where both counts are equal. Below about 1e-308 it is 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double PValue(long onlyFirst, long onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        long count = onlyFirst + onlySecond, fewer = Math.Min(onlyFirst, onlySecond);
        if (onlyFirst == onlySecond)
        {
            return 1;
        }

        // Every term is the one before it times i / (count - i + 1), so that only the largest needs a logarithm and nothing overflows.
        double sum = 0, term = 1;
        for (long i = fewer; i >= 0; i--)
        {
            double before = sum;
            sum += term;
            if (sum == before)
            {
                break;
            }

            term *= i / (double)(count - i + 1);
        }

        double logarithm = Math.Log(2) + LogBinomial(count, fewer) - (count * Math.Log(2)) + Math.Log(sum);
        return Math.Min(1, Math.Exp(logarithm));
    }

    /// <summary>Logarithm of the number of ways to choose <paramref name="k"/> of <paramref name="n"/>, summed with Kahan's compensation.</summary>
    private static double LogBinomial(long n, long k)
    {
        double sum = 0, lost = 0;
        for (long i = 1; i <= k; i++)
        {
            double value = Math.Log((n - k + i) / (double)i) - lost;
            double next = sum + value;
            lost = next - sum - value;
            sum = next;
        }

        return sum;
    }
}
