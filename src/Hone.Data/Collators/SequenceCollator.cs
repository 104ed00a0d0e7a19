using System.Runtime.InteropServices;
using Hone.Data.Datasets;

namespace Hone.Data.Collators;

/// <summary>Joins sequences into a batch without padding.</summary>
/// <remarks>Source: TRL 1.16, <c>DataCollatorForLanguageModeling(padding_free=True)</c>: the same ids, labels, lengths and positions.</remarks>
public static class SequenceCollator
{
    /// <summary>Joins sequences.</summary>
    /// <param name="pieces">The sequences; empty ones are left out.</param>
    /// <param name="padToMultipleOf">A number of tokens that the batch is filled up to a multiple of; 1 for no filling.</param>
    /// <param name="padTokenId">What it is filled up with; each such token is a sequence of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">The multiple is not positive.</exception>
    public static SequenceBatch Collate(IReadOnlyList<SequencePiece> pieces, int padToMultipleOf = 1, int padTokenId = 0)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(padToMultipleOf);
        SequencePiece[] filled = [.. pieces.Where(piece => piece.Example.InputIds.Length > 0)];
        int tokens = filled.Sum(piece => piece.Example.InputIds.Length);
        int padding = (padToMultipleOf - tokens % padToMultipleOf) % padToMultipleOf;
        var ids = new int[tokens + padding];
        var labels = new int[tokens + padding];
        int at = 0;
        foreach (SequencePiece piece in filled)
        {
            piece.Example.InputIds.CopyTo(ids, at);
            piece.Example.Labels.CopyTo(labels, at);
            labels[at] = SftExample.IgnoreIndex;
            at += piece.Example.InputIds.Length;
        }

        ids.AsSpan(tokens).Fill(padTokenId);
        labels.AsSpan(tokens).Fill(SftExample.IgnoreIndex);
        return new SequenceBatch(
            ImmutableCollectionsMarshal.AsImmutableArray(ids),
            ImmutableCollectionsMarshal.AsImmutableArray(labels),
            [.. filled.Select(piece => piece.Example.InputIds.Length).Concat(Enumerable.Repeat(1, padding))],
            [.. filled.Select(piece => piece.RowIndex).Concat(Enumerable.Repeat(-1L, padding))]);
    }
}
