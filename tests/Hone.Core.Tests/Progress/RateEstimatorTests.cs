using Hone.Core.Progress;

namespace Hone.Core.Tests.Progress;

public sealed class RateEstimatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static StepCompleted Step(double seconds, long done) => new(Start.AddSeconds(seconds), "s", done, 1000, "rows", new Dictionary<string, double>());

    [Fact]
    public void Remaining_BeforeTenSteps_IsUnknown()
    {
        var rate = new RateEstimator(Start);
        for (int i = 1; i <= 9; i++)
        {
            rate.Add(Step(i, i * 10));
        }

        Assert.Equal(10, rate.UnitsPerSecond);
        Assert.Null(rate.Remaining(1000));

        rate.Add(Step(10, 100));

        Assert.Equal(TimeSpan.FromSeconds(90), rate.Remaining(1000)); // 900 left at 10 a second
        Assert.Null(rate.Remaining(null));
    }

    [Fact]
    public void UnitsPerSecond_SpeedChanges_FollowsTheLastTenSteps()
    {
        var rate = new RateEstimator(Start);
        for (int i = 1; i <= 20; i++)
        {
            rate.Add(Step(i, i <= 10 ? i : 10 + (i - 10) * 5));
        }

        Assert.Equal(5, rate.UnitsPerSecond);
    }

    [Fact]
    public void UnitsPerSecond_NoTimePassed_IsUnknown()
    {
        var rate = new RateEstimator(Start);
        rate.Add(Step(0, 100));

        Assert.Null(rate.UnitsPerSecond);
    }
}
