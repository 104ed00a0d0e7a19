using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Packing;

namespace Hone.Data.Tests.Collators;

public sealed class BatchPlanTests
{
    private const int Examples = 1003;

    public static TheoryData<bool, bool, PackingStrategy> Settings
    {
        get
        {
            var settings = new TheoryData<bool, bool, PackingStrategy>();
            foreach (bool shuffles in (bool[])[false, true])
            {
                foreach (PackingStrategy packing in Enum.GetValues<PackingStrategy>())
                {
                    settings.Add(shuffles, false, packing);
                    settings.Add(shuffles, true, packing);
                }
            }

            return settings;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void PlanEpoch_AnySettings_HoldsEveryTokenOnceAndDependsOnSeedAndEpochAlone(bool shuffles, bool groups, PackingStrategy packing)
    {
        var options = new BatchOptions { Rows = 8, Shuffle = shuffles, GroupByLength = groups };

        (int, int, int)[][] first = Batches(Plan(options, packing).PlanEpoch(3)), again = Batches(Plan(options, packing).PlanEpoch(3));

        Assert.Equal(first, again);
        var seen = new HashSet<(int, int)>();
        Assert.All(first.SelectMany(batch => batch).SelectMany(s => Enumerable.Range(s.Item2, s.Item3).Select(token => (s.Item1, token))), token => Assert.True(seen.Add(token)));
        Assert.Equal(Enumerable.Range(0, Examples).Sum(Length), seen.Count);
        Assert.Equal(shuffles, !first.SequenceEqual(Batches(Plan(options, packing).PlanEpoch(4)), SegmentComparer.Instance));
        Assert.Equal(shuffles, !first.SequenceEqual(Batches(Plan(options, packing, seed: 9).PlanEpoch(3)), SegmentComparer.Instance));
    }

    [Fact]
    public void PlanEpoch_WithoutShuffle_KeepsTheOrderOfTheFiles()
    {
        EpochPlan plan = Plan(new BatchOptions { Rows = 10, Shuffle = false }).PlanEpoch(0);

        Assert.Equal(101, plan.BatchCount);
        Assert.Equal(Enumerable.Range(0, Examples), Batches(plan).SelectMany(batch => batch).Select(segment => segment.Item1));
        Assert.Equal(3, plan.Batch(100).Count);
    }

    [Fact]
    public void PlanEpoch_DropLast_LeavesTheSmallBatchOut() =>
        Assert.Equal(100, Plan(new BatchOptions { Rows = 10, DropLast = true }).PlanEpoch(0).BatchCount);

    [Fact]
    public void PlanEpoch_TokenLimit_IsKeptAndUsed()
    {
        (int, int, int)[][] batches = Batches(Plan(new BatchOptions { Rows = null, Tokens = 100, Shuffle = false }).PlanEpoch(0));

        Assert.All(batches, batch => Assert.InRange(batch.Sum(segment => segment.Item3), 1, 100));
        for (int i = 0; i + 1 < batches.Length; i++)
        {
            Assert.True(batches[i].Sum(segment => segment.Item3) + batches[i + 1][0].Item3 > 100, $"batch {i} had room for the next row");
        }
    }

    [Fact]
    public void PlanEpoch_GroupedByLength_HasTheLongestFirstAndLittleSpread()
    {
        (int, int, int)[][] grouped = Batches(Plan(new BatchOptions { Rows = 8, GroupByLength = true }).PlanEpoch(0)), mixed = Batches(Plan(new BatchOptions { Rows = 8 }).PlanEpoch(0));

        Assert.Equal(Enumerable.Range(0, Examples).Max(Length), grouped[0].Max(segment => segment.Item3));
        Assert.True(Padding(grouped) * 5 < Padding(mixed), $"{Padding(grouped)} tokens of padding, {Padding(mixed)} without grouping");

        static int Padding((int, int, int)[][] batches) => batches.Sum(batch => batch.Sum(segment => batch.Max(s => s.Item3) - segment.Item3));
    }

    [Fact]
    public void PlanEpoch_Groups_TakesAsManyAsEachAsksFor()
    {
        ExampleGroup[] groups = [new("half", [.. Enumerable.Range(0, 10)], 5), new("thrice", [.. Enumerable.Range(10, 4)], 14)];
        var plan = new BatchPlan(groups, Length, new BatchOptions(), PackingStrategy.None, 64, new RandomStream(1, "order"));

        int[][] epochs = [.. Enumerable.Range(0, 20).Select(epoch => Batches(plan.PlanEpoch(epoch)).SelectMany(batch => batch).Select(segment => segment.Item1).ToArray())];

        Assert.All(epochs, examples =>
        {
            Assert.Equal(5, examples.Count(example => example < 10));
            Assert.Equal(5, examples.Where(example => example < 10).Distinct().Count());
            Assert.Equal(14, examples.Count(example => example >= 10));
            Assert.All(Enumerable.Range(10, 4), example => Assert.InRange(examples.Count(e => e == example), 3, 4));
        });
        Assert.Equal(10, epochs.SelectMany(examples => examples.Where(example => example < 10)).Distinct().Count());
    }

    [Fact]
    public void Constructor_RowThatFitsIntoNoBatch_SaysWhatToDo() =>
        Assert.Contains("raise tokens", Assert.Throws<DatasetFormatException>(() => Plan(new BatchOptions { Tokens = 20 })).Fix, StringComparison.Ordinal);

    [Fact]
    public void Constructor_NoExample_Throws() =>
        Assert.Throws<DatasetFormatException>(() => new BatchPlan([], Length, new BatchOptions(), PackingStrategy.None, 8, new RandomStream(1, "order")));

    [Fact]
    public void Batch_OutOfRange_Throws()
    {
        EpochPlan plan = Plan(new BatchOptions()).PlanEpoch(0);

        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Batch(plan.BatchCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Batch(-1));
    }

    private static int Length(int example) => 1 + example * 31 % 47;

    private static BatchPlan Plan(BatchOptions options, PackingStrategy packing = PackingStrategy.None, ulong seed = 1) =>
        new([new ExampleGroup("all", [.. Enumerable.Range(0, Examples)], Examples)], Length, options, packing, 64, new RandomStream(seed, "order"));

    private static (int Example, int Start, int Length)[][] Batches(EpochPlan plan) =>
        [.. Enumerable.Range(0, plan.BatchCount).Select(batch => plan.Batch(batch).Select(segment => (segment.Example, segment.Start, segment.Length)).ToArray())];

    private sealed class SegmentComparer : IEqualityComparer<(int, int, int)[]>
    {
        public static SegmentComparer Instance { get; } = new();

        public bool Equals((int, int, int)[]? x, (int, int, int)[]? y) => x is not null && y is not null && x.SequenceEqual(y);

        public int GetHashCode((int, int, int)[] obj) => obj.Length;
    }
}
