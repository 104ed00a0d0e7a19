using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Data.Packing;

namespace Hone.Data.Tests.Datasets;

public sealed class ExampleStoreTests : IDisposable
{
    private static readonly byte[] s_key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly SftExample[] s_examples =
    [
        new([0, 7, 2_000_000], [-100, 7, 2_000_000]), new([5], [5]), new([], []), new([1, 2, 3, 4], [-100, -100, -100, 4]),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TryOpen_WhatWasWritten_GivesItBack()
    {
        using ExampleStore store = Write()!;

        Assert.Equal((4, 8L), (store.Count, store.Tokens));
        for (int i = 0; i < s_examples.Length; i++)
        {
            Assert.Equal(s_examples[i].InputIds, store.Read(i).InputIds);
            Assert.Equal(s_examples[i].Labels, store.Read(i).Labels);
            Assert.Equal(s_examples[i].InputIds.Length, store.LengthOf(i));
            Assert.Equal(s_examples[i].TrainedTokens, store.TrainedTokensOf(i));
            Assert.Equal((10L + i, i / 2), (store.RowOf(i), store.SourceOf(i)));
        }

        Assert.Equal([2, 4], store.SourceEnds);
        Assert.Equal("a.jsonl", store.Report.Sources.Single().Source);
        Assert.Equal(RowIssue.NoAnswer, store.Report.Sources.Single().Dropped.Single().Issue);
    }

    [Fact]
    public void Read_Stretch_GivesThatPart()
    {
        using ExampleStore store = Write()!;

        SftExample part = store.Read(new ExampleSegment(3, 1, 3));

        Assert.Equal([2, 3, 4], part.InputIds);
        Assert.Equal([-100, -100, 4], part.Labels);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(new ExampleSegment(3, 2, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(-1));
    }

    [Fact]
    public void TryOpen_OtherKeyOrNoFile_GivesNothing()
    {
        Write()!.Dispose();

        Assert.Null(ExampleStore.TryOpen(_folder["store.bin"], new byte[32]));
        Assert.Null(ExampleStore.TryOpen(_folder["other.bin"], s_key));
    }

    [Fact]
    public void TryOpen_DamagedOutsideTheTokens_GivesNothing()
    {
        Write()!.Dispose();
        byte[] whole = File.ReadAllBytes(_folder["store.bin"]);
        int tokensStart = 8 + 32, tokensEnd = tokensStart + 8 * sizeof(int);

        for (int at = 0; at < whole.Length; at++)
        {
            if (at < tokensStart || at >= tokensEnd)
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= 0x55;
                File.WriteAllBytes(_folder["damaged.bin"], damaged);
                using ExampleStore? store = ExampleStore.TryOpen(_folder["damaged.bin"], s_key);
                Assert.True(store is null, $"byte {at} was changed");
            }
        }
    }

    [Fact]
    public void TryOpen_CutAnywhere_GivesNothing()
    {
        Write()!.Dispose();
        byte[] whole = File.ReadAllBytes(_folder["store.bin"]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.bin"], whole[..length]);
            Assert.Null(ExampleStore.TryOpen(_folder["cut.bin"], s_key));
        }
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesNoFile()
    {
        using (var writer = new ExampleStoreWriter(new PhysicalFileSystem(), _folder["store.bin"], s_key))
        {
            writer.Add(s_examples[0], 1, 0);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private ExampleStore? Write()
    {
        using (var writer = new ExampleStoreWriter(new PhysicalFileSystem(), _folder["store.bin"], s_key))
        {
            for (int i = 0; i < s_examples.Length; i++)
            {
                writer.Add(s_examples[i], 10 + i, i / 2);
            }

            writer.Commit(new DataReport([new SourceReport { Source = "a.jsonl", Format = "text", Dropped = [new DroppedRows(RowIssue.NoAnswer, 1, [3], "a.jsonl:3", "empty")] }]));
        }

        return ExampleStore.TryOpen(_folder["store.bin"], s_key);
    }
}
