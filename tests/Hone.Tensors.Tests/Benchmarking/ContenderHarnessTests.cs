using Hone.Tensors.Benchmarking;

namespace Hone.Tensors.Tests.Benchmarking;

public sealed class ContenderHarnessTests
{
    [Fact]
    public void Measure_TwoContenders_AlternatesAndReversesEverySecondRound()
    {
        var order = new List<char>();
        var settings = new BenchmarkSettings { Rounds = 4, BlockTime = TimeSpan.Zero, Tries = 1, Pause = TimeSpan.Zero };
        var harness = new ContenderHarness(settings, TestContext.Current.CancellationToken);
        var first = new Contender("first", () => order.Add('a'));
        var second = new Contender("second", () => order.Add('b'));
        harness.Measure(first, second); // the first measurement of a harness warms up
        order.Clear();

        IReadOnlyList<ContenderTimes> times = harness.Measure(first, second);

        // One call each to touch memory, then per block one call to wake up and one that counts.
        Assert.Equal("ab" + "aabb" + "bbaa" + "aabb" + "bbaa", string.Concat(order));
        Assert.Equal(["first", "second"], times.Select(time => time.Name));
        Assert.All(times, time => Assert.Equal(4, time.Rounds.Count));
    }

    [Fact]
    public void SpeedRelativeTo_PairsRounds()
    {
        var own = new ContenderTimes("own", [1.0, 4.0, 2.0]);
        var other = new ContenderTimes("other", [3.0, 4.0, 4.0]);

        Assert.Equal(2.0, own.SpeedRelativeTo(other)); // median of 3/1, 4/4, 4/2
        Assert.Equal(2.0, own.Seconds);
        Assert.Equal(1.5, ContenderTimes.Median([2.0, 1.0])); // (1 + 2) / 2
    }

    [Fact]
    public void Measure_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var harness = new ContenderHarness(BenchmarkSettings.Brief, cancellation.Token);

        Assert.Throws<OperationCanceledException>(() => harness.Measure(new Contender("idle", () => { })));
    }

    [Fact]
    public void NoiseGate_ParsesProcFiles()
    {
        // user nice system idle iowait irq softirq steal guest: busy is all but idle and iowait, guest is part of user.
        Assert.Equal(10 + 20 + 30 + 60 + 70 + 80, NoiseGate.ParseMachine("cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3 4\n"));

        // Fields 14 and 15, the name in parentheses holding a space and a parenthesis.
        Assert.Equal(7 + 5, NoiseGate.ParseOwn("12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 7 5 16 17"));
    }
}
