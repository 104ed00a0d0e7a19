using System.Runtime.InteropServices;
using Hone.Data.Datasets;

namespace Hone.Data.Collators;

/// <summary>Pads examples to equal length.</summary>
/// <remarks>Source: TRL 1.16, <c>DataCollatorForLanguageModeling</c>: the same ids, labels, mask and positions.</remarks>
public static class PaddedCollator
{
    /// <summary>Pads examples on the right.</summary>
    /// <param name="examples">The rows.</param>
    /// <param name="padTokenId">The token to pad with.</param>
    /// <param name="padToMultipleOf">A number of tokens that the width is rounded up to a multiple of.</param>
    /// <exception cref="ArgumentOutOfRangeException">The multiple is not positive.</exception>
    public static PaddedBatch Collate(IReadOnlyList<SftExample> examples, int padTokenId, int padToMultipleOf = 1)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(padToMultipleOf);
        int longest = examples.Select(example => example.InputIds.Length).DefaultIfEmpty(0).Max();
        int width = (longest + padToMultipleOf - 1) / padToMultipleOf * padToMultipleOf;
        int[] ids = new int[examples.Count * width], labels = new int[ids.Length], mask = new int[ids.Length], positions = new int[ids.Length];
        ids.AsSpan().Fill(padTokenId);
        labels.AsSpan().Fill(SftExample.IgnoreIndex);
        for (int row = 0; row < examples.Count; row++)
        {
            SftExample example = examples[row];
            example.InputIds.CopyTo(ids, row * width);
            example.Labels.CopyTo(labels, row * width);
            for (int i = 0; i < example.InputIds.Length; i++)
            {
                mask[row * width + i] = 1;
                positions[row * width + i] = i;
            }
        }

        return new PaddedBatch(
            width,
            ImmutableCollectionsMarshal.AsImmutableArray(ids),
            ImmutableCollectionsMarshal.AsImmutableArray(labels),
            ImmutableCollectionsMarshal.AsImmutableArray(mask),
            ImmutableCollectionsMarshal.AsImmutableArray(positions));
    }
}
