using Hone.Core.Random;

namespace Hone.Evaluation.Statistics;

/// <summary>What two evaluations of the same questions say about which model is better.</summary>
public sealed record PairedComparison
{
    /// <summary>Differences that chance gives less often than this are called significant.</summary>
    public const double SignificanceLevel = 0.05;

    /// <summary>Number of questions that both answered.</summary>
    public required long Count { get; init; }

    /// <summary>Mean score of the first; its share of right answers where scores are 0 or 1.</summary>
    public required double FirstMean { get; init; }

    /// <summary>Mean score of the second.</summary>
    public required double SecondMean { get; init; }

    /// <summary>Mean score of the second minus that of the first.</summary>
    public required double Difference { get; init; }

    /// <summary>Lower end of the 95 % interval of the difference.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the 95 % interval of the difference.</summary>
    public required double High { get; init; }

    /// <summary>Questions on which the second scores higher.</summary>
    public required long Gained { get; init; }

    /// <summary>Questions on which the second scores lower.</summary>
    public required long Lost { get; init; }

    /// <summary>How often chance alone gives a difference at least as large, if the two are alike; from 0 to 1.</summary>
    public required double PValue { get; init; }

    /// <summary>The test behind the p-value.</summary>
    public required string Test { get; init; }

    /// <summary>The method behind the interval.</summary>
    public required string Interval { get; init; }

    /// <summary>Whether every score is 0 or 1.</summary>
    public required bool IsProportion { get; init; }

    /// <summary>Whether chance gives such a difference less often than <see cref="SignificanceLevel"/>.</summary>
    public bool IsSignificant => PValue < SignificanceLevel;

    /// <summary>Compares scores of the same questions: right or wrong by McNemar's exact test, others by <see cref="PairedMeans"/>.</summary>
    /// <param name="first">Scores of the first, <c>[questions]</c>, finite.</param>
    /// <param name="second">Scores of the second for the same questions.</param>
    /// <exception cref="ArgumentException">There is no question, the lengths differ, or a score is not finite.</exception>
    public static PairedComparison Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        // Also checks the scores. The stream is fixed: the same answers give the same figures wherever they are compared.
        bool isProportion = IsRightOrWrong(first) && IsRightOrWrong(second) && first.Length == second.Length && !first.IsEmpty;
        long gained = 0, lost = 0;
        double firstSum = 0, secondSum = 0;
        for (int i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            gained += second[i] > first[i] ? 1 : 0;
            lost += second[i] < first[i] ? 1 : 0;
            firstSum += first[i];
            secondSum += second[i];
        }

        (double difference, double low, double high, double pValue) = isProportion
            ? OfProportions(lost, gained, first.Length)
            : OfMeans(PairedMeans.Compare(first, second, new RandomStream(0, "paired comparison")));
        return new PairedComparison
        {
            Count = first.Length,
            FirstMean = firstSum / first.Length,
            SecondMean = secondSum / second.Length,
            Difference = difference,
            Low = low,
            High = high,
            Gained = gained,
            Lost = lost,
            PValue = pValue,
            Test = isProportion ? "McNemar, exact" : "random signs of the differences",
            Interval = isProportion ? "Tango's score" : "bootstrap percentile",
            IsProportion = isProportion,
        };
    }

    private static (double Difference, double Low, double High, double PValue) OfProportions(long lost, long gained, long count)
    {
        ProportionDifference difference = ProportionDifference.Tango(lost, gained, count);
        return (difference.Value, difference.Low, difference.High, McNemarTest.PValue(lost, gained));
    }

    private static (double Difference, double Low, double High, double PValue) OfMeans(PairedMeans means) => (means.Value, means.Low, means.High, means.PValue);

    private static bool IsRightOrWrong(ReadOnlySpan<double> scores) => scores.IndexOfAnyExcept(0.0, 1.0) < 0;
}
