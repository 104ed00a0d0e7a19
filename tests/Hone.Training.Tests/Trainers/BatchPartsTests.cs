using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Training.Trainers;

namespace Hone.Training.Tests.Trainers;

public sealed class BatchPartsTests
{
    private static readonly SftExample[] s_examples = PreferenceRun.Examples(8);

    [Fact]
    public void Select_OfSequences_KeepsEachWithItsLabelsAndRow()
    {
        SequenceBatch batch = PreferenceRun.Join(s_examples);

        SequenceBatch some = batch.Select([6, 1]);

        Assert.Equal([.. s_examples[6].InputIds, .. s_examples[1].InputIds], some.InputIds);
        Assert.Equal([.. s_examples[6].Labels, .. s_examples[1].Labels], some.Labels);
        Assert.Equal([s_examples[6].InputIds.Length, s_examples[1].InputIds.Length], some.SequenceLengths);
        Assert.Equal([7L, 2L], some.RowIndices);
        Assert.Throws<IndexOutOfRangeException>(() => batch.Select([8]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    public void Take_OfPairs_KeepsBothAnswersOfEach(int fitting, int expected)
    {
        PairBatch batch = PreferenceRun.Pairs(s_examples, [.. Enumerable.Range(0, 8).Select(i => -1f - i)], pairsPerBatch: 4)[0];
        int tokens = Enumerable.Range(0, 2 * fitting).Sum(i => s_examples[i].InputIds.Length);

        PairBatch taken = batch.Take(tokens);

        Assert.Equal(expected, taken.Pairs);
        Assert.Equal([.. Enumerable.Range(0, expected).Select(pair => -1f - (2 * pair)), .. Enumerable.Range(0, expected).Select(pair => -2f - (2 * pair))], taken.Reference);
        Assert.Equal(s_examples[0].InputIds, taken.Sequences.InputIds[..s_examples[0].InputIds.Length]);
        Assert.Equal(s_examples[(2 * expected) - 1].InputIds, taken.Sequences.InputIds[^s_examples[(2 * expected) - 1].InputIds.Length..]);
        Assert.Equal(1, batch.Take(1).Pairs); // never fewer than one
        Assert.Equal(Math.Max(1, expected - 1), batch.Take(tokens - 1).Pairs);
        Assert.Empty(PreferenceRun.Pairs(s_examples, [], 4)[0].Take(tokens).Reference);
    }

    [Fact]
    public void Take_OfMarkedAnswers_KeepsTheMismatchedOnesBesideThem()
    {
        FeedbackBatch batch = PreferenceRun.Feedback(s_examples, all => [.. all.Select((_, i) => (float)-i)], perBatch: 8)[0];
        int tokens = Enumerable.Range(0, 3).Sum(i => batch.Sequences.SequenceLengths[i] + batch.Mismatched.SequenceLengths[i]);

        FeedbackBatch taken = batch.Take(tokens);

        Assert.Equal(batch.IsDesirable[..3], taken.IsDesirable);
        Assert.Equal([0f, -1, -2], taken.Reference);
        Assert.Equal([-8f, -9, -10], taken.MismatchedReference);
        Assert.Equal(batch.Sequences.SequenceLengths[..3], taken.Sequences.SequenceLengths);
        Assert.Equal(batch.Mismatched.SequenceLengths[..3], taken.Mismatched.SequenceLengths);
        Assert.Same(batch, batch.Take(int.MaxValue));
        Assert.Single(batch.Take(1).IsDesirable);
    }
}
