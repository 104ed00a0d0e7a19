using System.Collections.Immutable;

namespace Hone.Data.Collators;

/// <summary>A batch without padding: the tokens of all sequences one behind the other, as models read them.</summary>
/// <param name="InputIds">Token ids, <c>[tokens]</c>.</param>
/// <param name="Labels">
/// Of each token its id if it is trained, else -100, <c>[tokens]</c>; not shifted. The first token of a sequence is never trained, so that shifting all
/// labels by one place never lets a sequence predict the next one's beginning.
/// </param>
/// <param name="SequenceLengths">Tokens of each sequence; attention stays inside a sequence.</param>
/// <param name="RowIndices">Of each sequence the number of the row in its file it came from; -1 for padding.</param>
public sealed record SequenceBatch(ImmutableArray<int> InputIds, ImmutableArray<int> Labels, ImmutableArray<int> SequenceLengths, ImmutableArray<long> RowIndices)
{
    /// <summary>Number of trained tokens.</summary>
    public int TrainedTokens => Labels.Count(label => label != Datasets.SftExample.IgnoreIndex);

    /// <summary>Tokens of the longest sequence.</summary>
    public int MaxLength => SequenceLengths.DefaultIfEmpty(0).Max();

    /// <summary>Of each token its place in its sequence, from 0, <c>[tokens]</c>.</summary>
    public int[] CreatePositions() => [.. SequenceLengths.SelectMany(length => Enumerable.Range(0, length))];

    /// <summary>Of each token the number of its sequence, <c>[tokens]</c>.</summary>
    public int[] CreateSequenceIndices() => [.. SequenceLengths.SelectMany((length, i) => Enumerable.Repeat(i, length))];

    /// <summary>The first tokens of the batch, the last sequence shortened if need be.</summary>
    /// <param name="tokens">How many, at least 1; the whole batch when it has no more.</param>
    public SequenceBatch Take(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        if (tokens >= InputIds.Length)
        {
            return this;
        }

        var lengths = new List<int>();
        for (int taken = 0; taken < tokens; taken += lengths[^1])
        {
            lengths.Add(Math.Min(SequenceLengths[lengths.Count], tokens - taken));
        }

        return new SequenceBatch(InputIds[..tokens], Labels[..tokens], [.. lengths], RowIndices[..lengths.Count]);
    }

    /// <summary>Some of the sequences, in the order given.</summary>
    /// <param name="sequences">Their numbers.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such sequence.</exception>
    public SequenceBatch Select(IReadOnlyCollection<int> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int[] offsets = CreateOffsets();
        return new SequenceBatch(
            [.. sequences.SelectMany(i => InputIds[offsets[i]..offsets[i + 1]])], [.. sequences.SelectMany(i => Labels[offsets[i]..offsets[i + 1]])],
            [.. sequences.Select(i => SequenceLengths[i])], [.. sequences.Select(i => RowIndices[i])]);
    }

    /// <summary>Where each sequence begins, and at last where all end, <c>[sequences + 1]</c>.</summary>
    public int[] CreateOffsets()
    {
        var offsets = new int[SequenceLengths.Length + 1];
        for (int i = 0; i < SequenceLengths.Length; i++)
        {
            offsets[i + 1] = offsets[i] + SequenceLengths[i];
        }

        return offsets;
    }
}
