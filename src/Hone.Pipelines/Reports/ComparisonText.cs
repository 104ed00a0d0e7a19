using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>Words what a comparison of two evaluations says, the same way wherever it is shown.</summary>
public static class ComparisonText
{
    /// <summary>Gives <c>+12.5 points, 95 % interval +8.1 to +16.9</c>; for scores other than right or wrong without <c>points</c>.</summary>
    public static string Difference(PairedComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return comparison.IsProportion
            ? $"{FigureText.Points(comparison.Difference)} points, 95 % interval {FigureText.Points(comparison.Low)} to {FigureText.Points(comparison.High)}"
            : $"{FigureText.Signed(comparison.Difference)}, 95 % interval {FigureText.Signed(comparison.Low)} to {FigureText.Signed(comparison.High)}";
    }

    /// <summary>Gives the verdict in a sentence.</summary>
    /// <param name="comparison">The statistics.</param>
    /// <param name="first">What the first evaluation is called.</param>
    /// <param name="second">What the second evaluation is called.</param>
    public static string Verdict(PairedComparison comparison, string first, string second)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        string figures = $"{Difference(comparison)}; {FigureText.PValue(comparison.PValue)}, {comparison.Test}";
        return !comparison.IsSignificant ? $"No significant difference between {first} and {second} ({figures})."
            : $"{second} is {(comparison.Difference > 0 ? "better" : "worse")} than {first} ({figures}).";
    }

    /// <summary>Gives the answers that changed: <c>60 gained, 12 lost, 328 as before, of 400 questions</c>.</summary>
    public static string Changes(PairedComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return $"{FigureText.Count(comparison.Gained)} gained, {FigureText.Count(comparison.Lost)} lost, {FigureText.Count(comparison.Count - comparison.Gained - comparison.Lost)} as before, of {FigureText.Count(comparison.Count)} questions";
    }
}
