using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Tests.Statistics;

public sealed class PairedComparisonTests
{
    [Fact]
    public void Of_RightAndWrong_UsesMcNemarAndTango()
    {
        // 160 questions: 20 only the first got right, 40 only the second, 60 both, 40 neither.
        double[] first = [.. Repeat(20, 1), .. Repeat(40, 0), .. Repeat(60, 1), .. Repeat(40, 0)];
        double[] second = [.. Repeat(20, 0), .. Repeat(40, 1), .. Repeat(60, 1), .. Repeat(40, 0)];

        PairedComparison comparison = PairedComparison.Of(first, second);

        Assert.True(comparison.IsProportion);
        Assert.Equal((160, 40, 20), (comparison.Count, comparison.Gained, comparison.Lost));
        Assert.Equal((0.5, 0.625, 0.125), (comparison.FirstMean, comparison.SecondMean, comparison.Difference));
        Assert.Equal(0.0308645, comparison.Low, 1e-7);
        Assert.Equal(0.2180642, comparison.High, 1e-7);
        Assert.Equal(0.0134893, comparison.PValue, 1e-7); // 2·Σ_{i ≤ 20} C(60, i) / 2⁶⁰, Python
        Assert.True(comparison.IsSignificant);
    }

    [Fact]
    public void Of_ScoresBetween_UsesSignsAndBootstrap()
    {
        PairedComparison comparison = PairedComparison.Of([0.5, 0.25, 1], [0.75, 0.5, 1]);

        Assert.False(comparison.IsProportion);
        Assert.Equal((2, 0), (comparison.Gained, comparison.Lost));
        Assert.Equal(0.5, comparison.PValue, 12); // two of four assignments of two signs
        Assert.False(comparison.IsSignificant);
    }

    [Fact]
    public void Of_NoPair_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PairedComparison.Of([], []));
        Assert.Throws<ArgumentException>(() => PairedComparison.Of([1], [1, 0]));
    }

    private static IEnumerable<double> Repeat(int count, double score) => Enumerable.Repeat(score, count);
}
