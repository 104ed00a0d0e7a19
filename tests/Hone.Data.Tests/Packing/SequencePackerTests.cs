using Hone.Data.Packing;

namespace Hone.Data.Tests.Packing;

public sealed class SequencePackerTests
{
    [Theory]
    // Longest first: 7, 5, 4, 3, 2 into rows of 8. 7 opens A (1 left), 5 opens B (3 left), 4 opens C (4 left), 3 fits B exactly, 2 goes to C.
    [InlineData("3 7 4 5 2", PackingStrategy.BestFit, "1:0+7 | 3:0+5 0:0+3 | 2:0+4 4:0+2")]
    // 11 is cut to 8, or split into 8 and 3; the 3 of the split comes after the 3 that stood before it.
    [InlineData("3 11", PackingStrategy.BestFit, "1:0+8 | 0:0+3")]
    [InlineData("3 11", PackingStrategy.BestFitSplit, "1:0+8 | 0:0+3 1:8+3")]
    // Equal lengths in input order; equal room: the row that came to it first. 5, 5 open A and B (3 left each); the first 2 goes to A, the next to B, and the 1 to A again.
    [InlineData("5 5 2 1 2", PackingStrategy.BestFit, "0:0+5 2:0+2 3:0+1 | 1:0+5 4:0+2")]
    [InlineData("3 7 0 4", PackingStrategy.Wrapped, "0:0+3 1:0+5 | 1:5+2 3:0+4")]
    [InlineData("8 8", PackingStrategy.Wrapped, "0:0+8 | 1:0+8")]
    [InlineData("3 0 9", PackingStrategy.None, "0:0+3 | 2:0+8")]
    [InlineData("", PackingStrategy.BestFit, "")]
    public void Pack_SmallCases_EqualTheWorkingsByHand(string lengths, PackingStrategy strategy, string expected)
    {
        PackedRows rows = SequencePacker.Pack([.. lengths.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)], 8, strategy);

        Assert.Equal(expected, string.Join(" | ", Enumerable.Range(0, rows.Count).Select(row => string.Join(' ', rows[row].ToArray().Select(s => $"{s.Example}:{s.Start}+{s.Length}")))));
    }

    [Theory]
    [InlineData(PackingStrategy.BestFit)]
    [InlineData(PackingStrategy.BestFitSplit)]
    [InlineData(PackingStrategy.Wrapped)]
    public void Pack_ManyExamples_KeepsEveryTokenOnceWithinBlocks(PackingStrategy strategy)
    {
        const int capacity = 50;
        int[] lengths = [.. Enumerable.Range(0, 2500).Select(i => i * 37 % 73)];

        PackedRows rows = SequencePacker.Pack(lengths, capacity, strategy);

        var seen = new HashSet<(int, int)>();
        for (int row = 0; row < rows.Count; row++)
        {
            ExampleSegment[] segments = rows[row].ToArray();
            Assert.InRange(segments.Sum(segment => segment.Length), 1, capacity);
            Assert.Single(segments.Select(segment => segment.Example / SequencePacker.BlockSize).Distinct());
            Assert.All(segments.SelectMany(segment => Enumerable.Range(segment.Start, segment.Length).Select(token => (segment.Example, token))), token => Assert.True(seen.Add(token)));
        }

        int expected = strategy == PackingStrategy.BestFit ? lengths.Sum(length => Math.Min(length, capacity)) : lengths.Sum();
        Assert.Equal(expected, seen.Count);
        Assert.Equal(lengths.Sum() - expected, rows.CutTokens);
    }

    [Fact]
    public void Pack_WrongArguments_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SequencePacker.Pack([1], 0, PackingStrategy.BestFit));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequencePacker.Pack([-1], 4, PackingStrategy.BestFit));
        Assert.Throws<ArgumentOutOfRangeException>(() => (object)SequencePacker.Pack([1], 4, PackingStrategy.BestFit)[1].Length);
    }
}
