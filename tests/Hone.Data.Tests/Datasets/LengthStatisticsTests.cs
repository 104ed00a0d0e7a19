using Hone.Data.Datasets;

namespace Hone.Data.Tests.Datasets;

public sealed class LengthStatisticsTests
{
    [Fact]
    public void Of_Lengths_CountsThem()
    {
        // 1 to 100: the median is 50, 90 of 100 are at most 90; 100 / 20 = 5 a bar.
        LengthStatistics statistics = LengthStatistics.Of([.. Enumerable.Range(1, 100).Reverse()], trainedTokens: 505);

        Assert.Equal((100L, 5050L, 1, 50, 90, 99, 100), (statistics.Examples, statistics.Tokens, statistics.Shortest, statistics.Median, statistics.Percentile90, statistics.Percentile99, statistics.Longest));
        Assert.Equal((50.5, 0.1), (statistics.Mean, statistics.TrainedShare));
        Assert.Equal(20, statistics.Histogram.Length);
        Assert.All(statistics.Histogram, interval => Assert.Equal(5, interval.Count));
        Assert.Equal(new LengthInterval(96, 100, 5), statistics.Histogram[^1]);
    }

    [Theory]
    [InlineData("7", "1-1:0 2-2:0 3-3:0 4-4:0 5-5:0 6-6:0 7-7:1", 20)]
    [InlineData("1 30 41", "1-20:1 21-40:1 41-60:1", 4)]
    public void Of_FewLengths_HasRoundIntervals(string lengths, string expected, int maxIntervals)
    {
        LengthStatistics statistics = LengthStatistics.Of([.. lengths.Split(' ').Select(int.Parse)], 1, maxIntervals);

        Assert.Equal(expected, string.Join(' ', statistics.Histogram.Select(interval => $"{interval.From}-{interval.To}:{interval.Count}")));
    }

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentException>(() => LengthStatistics.Of([], 0));
}
