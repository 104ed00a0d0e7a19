using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Tests.Statistics;

public sealed class ProportionDifferenceTests
{
    /// <summary>Computed in Python by another way: the likelihood of the three outcomes maximised by golden section for every difference tried.</summary>
    [Theory]
    [InlineData(20, 40, 160, 0.125, 0.0308645, 0.2180642)]
    [InlineData(1, 0, 44, -0.0227273, -0.1180771, 0.0593932)]
    [InlineData(2, 12, 50, 0.2, 0.0611124, 0.3447087)]
    [InlineData(0, 0, 50, 0, -0.0713476, 0.0713476)]
    [InlineData(6, 16, 87, 0.1149425, 0.0099545, 0.2231951)]
    [InlineData(6, 59, 400, 0.1325, 0.0971119, 0.1724404)]
    [InlineData(0, 10, 10, 1, 0.4449344, 1)]
    [InlineData(10, 0, 10, -1, -1, -0.4449344)]
    [InlineData(0, 0, 1, 0, -0.7934507, 0.7934507)]
    [InlineData(4800, 5200, 100000, 0.004, 0.0020404, 0.0059606)]
    public void Tango_EqualsTheIntervalFoundByLikelihood(long onlyFirst, long onlySecond, long count, double value, double low, double high)
    {
        ProportionDifference difference = ProportionDifference.Tango(onlyFirst, onlySecond, count);

        Assert.Equal(value, difference.Value, 1e-7);
        Assert.Equal(low, difference.Low, 1e-7);
        Assert.Equal(high, difference.High, 1e-7);
    }

    [Fact]
    public void Tango_WithNoChange_HoldsTheClosedForm()
    {
        // With no discordant question the ends are ±z² / (n + z²).
        const double square = 1.959963984540054 * 1.959963984540054;

        ProportionDifference difference = ProportionDifference.Tango(0, 0, 200);

        Assert.Equal(square / (200 + square), difference.High, 12);
        Assert.Equal(-square / (200 + square), difference.Low, 12);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(-1, 0, 5)]
    [InlineData(0, -1, 5)]
    [InlineData(3, 3, 5)]
    public void Tango_OutsideItsRange_IsRefused(long onlyFirst, long onlySecond, long count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionDifference.Tango(onlyFirst, onlySecond, count));
}
