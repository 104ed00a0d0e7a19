using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Packing;

namespace Hone.Data.Tests.Collators;

public sealed class CollatorTests : IDisposable
{
    private static readonly SftExample s_three = new([1, 2, 3], [1, -100, 3]), s_two = new([4, 5], [4, 5]), s_none = new([], []);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Collate_Sequences_LeavesTheFirstTokenOfEachUntrained()
    {
        SequenceBatch batch = SequenceCollator.Collate([new(s_three, 7), new(s_none, 8), new(s_two, 9)]);

        Assert.Equal([1, 2, 3, 4, 5], batch.InputIds);
        Assert.Equal([-100, -100, 3, -100, 5], batch.Labels);
        Assert.Equal([3, 2], batch.SequenceLengths);
        Assert.Equal([7L, 9L], batch.RowIndices);
        Assert.Equal([0, 1, 2, 0, 1], batch.CreatePositions());
        Assert.Equal([0, 0, 0, 1, 1], batch.CreateSequenceIndices());
        Assert.Equal([0, 3, 5], batch.CreateOffsets());
        Assert.Equal((2, 3), (batch.TrainedTokens, batch.MaxLength));
    }

    [Fact]
    public void Collate_ToAMultiple_FillsUpWithSequencesOfOneToken()
    {
        SequenceBatch batch = SequenceCollator.Collate([new(s_three, 7), new(s_two, 9)], padToMultipleOf: 4, padTokenId: 6);

        Assert.Equal([1, 2, 3, 4, 5, 6, 6, 6], batch.InputIds);
        Assert.Equal([3, 2, 1, 1, 1], batch.SequenceLengths);
        Assert.Equal([7L, 9L, -1L, -1L, -1L], batch.RowIndices);
        Assert.Equal(2, batch.TrainedTokens);
    }

    [Fact]
    public void Collate_Padded_FillsUpOnTheRight()
    {
        PaddedBatch batch = PaddedCollator.Collate([s_three, s_two], padTokenId: 6, padToMultipleOf: 2);

        Assert.Equal((2, 4), (batch.Rows, batch.Width));
        Assert.Equal([1, 2, 3, 6, 4, 5, 6, 6], batch.InputIds);
        Assert.Equal([1, -100, 3, -100, 4, 5, -100, -100], batch.Labels);
        Assert.Equal([1, 1, 1, 0, 1, 1, 0, 0], batch.AttentionMask);
        Assert.Equal([0, 1, 2, 0, 0, 1, 0, 0], batch.Positions);
    }

    [Fact]
    public void Load_EveryBatchOfAnEpoch_HoldsTheRowsOfTheFile()
    {
        string path = _folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => $"{{\"text\":\"{new string('x', i % 13 + 1)}\"}}\n")));
        var data = new SftDataOptions { Sources = [new DataSource { Path = path }], MaxTokens = 16, Packing = PackingStrategy.BestFit };
        using SftDataset dataset = SftDataset.Load(data, SmallModel.Text(), new DataContext { Registry = SmallModel.Registry, CacheFolder = _folder.Path }, new RandomStream(1, "validation"));

        EpochPlan plan = BatchPlan.Create(dataset, data, new BatchOptions { Rows = 4 }, new RandomStream(1, "order")).PlanEpoch(0);
        SequenceBatch[] batches = [.. Enumerable.Range(0, plan.BatchCount).Select(batch => plan.Load(dataset.Store, batch))];

        Assert.Equal(Enumerable.Range(1, 60).Select(row => (long)row), batches.SelectMany(batch => batch.RowIndices).Order());
        Assert.Equal(dataset.Store.Tokens, batches.Sum(batch => (long)batch.InputIds.Length));
        Assert.All(batches, batch => Assert.InRange(batch.InputIds.Length, 1, 4 * 16));
        Assert.All(batches, batch => Assert.Equal(batch.InputIds.Length - batch.SequenceLengths.Length, batch.TrainedTokens)); // all but each first token
        Assert.All(batches, batch => Assert.Equal(batch.RowIndices.Select(row => (int)((row - 1) % 13) + 2), batch.SequenceLengths));
    }

    [Fact]
    public void CreateValidation_Examples_TakesEachOnceInOrder()
    {
        string path = _folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 30).Select(_ => "{\"text\":\"abc\"}\n")));
        var data = new SftDataOptions { Sources = [new DataSource { Path = path }], ValidationRows = 7 };
        using SftDataset dataset = SftDataset.Load(data, SmallModel.Text(), new DataContext { Registry = SmallModel.Registry, CacheFolder = _folder.Path }, new RandomStream(1, "validation"));

        EpochPlan plan = BatchPlan.CreateValidation(dataset, data, new BatchOptions { Rows = 3, DropLast = true }, new RandomStream(1, "order")).PlanEpoch(0);

        Assert.Equal(3, plan.BatchCount);
        Assert.Equal(dataset.Validation, Enumerable.Range(0, plan.BatchCount).SelectMany(plan.Batch).Select(segment => segment.Example));
    }

    public void Dispose() => _folder.Dispose();
}
