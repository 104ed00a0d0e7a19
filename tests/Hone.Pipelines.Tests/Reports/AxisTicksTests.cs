using Hone.Pipelines.Reports;

namespace Hone.Pipelines.Tests.Reports;

public sealed class AxisTicksTests
{
    [Theory]
    [InlineData(0.0, 9.7, new[] { 0.0, 2.5, 5, 7.5, 10 })]
    [InlineData(1.21, 2.93, new[] { 1.0, 1.5, 2, 2.5, 3 })]
    [InlineData(0, 0.0002, new[] { 0, 0.00005, 0.0001, 0.00015, 0.0002 })]
    [InlineData(-3, 5, new[] { -4.0, -2, 0, 2, 4, 6 })]
    [InlineData(0, 1234, new[] { 0.0, 500, 1000, 1500 })]
    public void Enclosing_ARange_GivesRoundNumbersAroundIt(double low, double high, double[] expected)
    {
        double[] ticks = AxisTicks.Enclosing(low, high, 4);

        Assert.Equal(expected.Length, ticks.Length);
        Assert.All(expected.Zip(ticks), pair => Assert.Equal(pair.First, pair.Second, 9));
    }

    [Fact]
    public void Enclosing_OneValue_HasRoomAroundIt()
    {
        double[] ticks = AxisTicks.Enclosing(2, 2, 4);

        Assert.True(ticks[0] < 2 && ticks[^1] > 2);
    }

    [Fact]
    public void Within_WholeNumbersOnly_GivesNoFractions() => Assert.Equal([1.0, 2, 3], AxisTicks.Within(1, 3, 4, wholeOnly: true));
}
