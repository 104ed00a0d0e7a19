using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Tests.Statistics;

public sealed class ProportionIntervalTests
{
    /// <summary>Figures of R's prop.test(x, n, correct = FALSE) and of Newcombe 1998, table I, method 3.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    [InlineData(20, 20, 0.8389, 1.0)]
    public void Wilson_EqualsPublishedFigures(long right, long count, double low, double high)
    {
        ProportionInterval interval = ProportionInterval.Wilson(right, count);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Theory]
    [InlineData(-1, 4)]
    [InlineData(5, 4)]
    [InlineData(0, 0)]
    public void Wilson_OutsideItsRange_IsRefused(long right, long count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(right, count));
}
