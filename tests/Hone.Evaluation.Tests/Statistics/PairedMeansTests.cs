using Hone.Core.Random;
using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Tests.Statistics;

public sealed class PairedMeansTests
{
    private static RandomStream Random => new(1, "test");

    [Fact]
    public void Compare_DarwinsMaize_GivesFishersPValue()
    {
        // Fisher 1935, section 21: of the 32,768 assignments of signs 1,726 give a difference at least as large.
        double[] differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

        PairedMeans means = PairedMeans.Compare(new double[15], differences, Random);

        Assert.Equal(1726 / 32768.0, means.PValue, 12);
        Assert.Equal(314 / 15.0, means.Value, 12);
    }

    [Fact]
    public void Compare_ScoresWithFractionsAndATie_CountsEverySign()
    {
        // Counted over all 256 assignments with fractions in Python: 1/16.
        double[] differences = [0.25, 0.5, -0.25, 0.75, 0.125, 0.5, 0, 1];

        Assert.Equal(1 / 16.0, PairedMeans.Compare(new double[8], differences, Random).PValue, 12);
    }

    [Fact]
    public void Compare_ManyScores_DrawsAnIntervalLikeTheBinomial()
    {
        // 40 differences, 12 of them 1, the others 0: the sum of a resample is binomial with quantiles 7 and 18 at 2.5 % and 97.5 %.
        double[] second = [.. Enumerable.Range(0, 40).Select(i => i < 12 ? 1.0 : 0.0)];

        PairedMeans means = PairedMeans.Compare(new double[40], second, Random);

        Assert.InRange(means.Low, 6 / 40.0, 8 / 40.0);
        Assert.InRange(means.High, 17 / 40.0, 19 / 40.0);
        Assert.Equal(2 / 4096.0, means.PValue, 12); // both signs alike for all of 12
    }

    [Fact]
    public void Compare_MoreThanCanBeCounted_ComesNearTheNormalTail()
    {
        // 60 differences of ±1 with a sum of 14: P(|X| ≥ 14) for 60 fair signs is 0.0925 (Python, fractions).
        double[] second = [.. Enumerable.Range(0, 60).Select(i => i < 37 ? 1.0 : -1.0)];

        PairedMeans means = PairedMeans.Compare(new double[60], second, Random);

        Assert.InRange(means.PValue, 0.0925 - 0.012, 0.0925 + 0.012); // four standard deviations of 10,000 draws
        Assert.Equal(means, PairedMeans.Compare(new double[60], second, Random));
    }

    [Fact]
    public void Compare_OfNothingOrNoNumber_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PairedMeans.Compare([], [], Random));
        Assert.Throws<ArgumentException>(() => PairedMeans.Compare([1], [1, 2], Random));
        Assert.Throws<ArgumentException>(() => PairedMeans.Compare([1], [double.NaN], Random));
    }
}
