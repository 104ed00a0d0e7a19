using System.Collections.Immutable;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>One vector for each sequence from the vectors of its tokens; a sequence's result does not depend on the others.</summary>
/// <remarks>Source: Reimers and Gurevych, Sentence-BERT, arXiv:1908.10084, section 3; sentence-transformers, <c>Pooling</c>.</remarks>
public static class SequencePooling
{
    private const double MinNorm = 1e-12; // torch's normalize: a vector of zeros stays one

    /// <summary>The first visible token of each sequence.</summary>
    /// <param name="hidden"><c>[tokens, hidden]</c>.</param>
    /// <param name="context">Where the sequences begin.</param>
    /// <returns><c>[sequences, hidden]</c>.</returns>
    public static Tensor First(Tensor hidden, PackedAttentionContext context) => Pick(hidden, [.. Visible(context).Select(tokens => (long)tokens[0])]);

    /// <summary>The last visible token of each sequence.</summary>
    /// <inheritdoc cref="First"/>
    public static Tensor Last(Tensor hidden, PackedAttentionContext context) => Pick(hidden, [.. Visible(context).Select(tokens => (long)tokens[^1])]);

    /// <summary>The mean of the visible tokens of each sequence.</summary>
    /// <inheritdoc cref="First"/>
    public static Tensor Mean(Tensor hidden, PackedAttentionContext context) => Each(hidden, context, rows => Ops.Sum(rows, keepDimensions: true, 0) * (1.0 / rows.Shape[0]));

    /// <summary>The sum of the visible tokens of each sequence over the root of their number.</summary>
    /// <inheritdoc cref="First"/>
    public static Tensor MeanSqrtLength(Tensor hidden, PackedAttentionContext context) =>
        Each(hidden, context, rows => Ops.Sum(rows, keepDimensions: true, 0) * (1 / Math.Sqrt(rows.Shape[0])));

    /// <summary>The mean of the visible tokens of each sequence, weighted by their place, counted from 1.</summary>
    /// <inheritdoc cref="First"/>
    public static Tensor WeightedMean(Tensor hidden, PackedAttentionContext context) => Each(hidden, context, rows =>
    {
        double total = rows.Shape[0] * (rows.Shape[0] + 1.0) / 2;
        float[] weights = [.. Enumerable.Range(1, rows.Shape[0]).Select(place => (float)(place / total))];
        return Ops.Sum(rows * Tensor.From(weights, weights.Length, 1), keepDimensions: true, 0);
    });

    /// <summary>The largest value of each column among the visible tokens of each sequence.</summary>
    /// <inheritdoc cref="First"/>
    public static Tensor Max(Tensor hidden, PackedAttentionContext context) => Each(hidden, context, rows => Ops.Max(rows, 0, keepDimension: true));

    /// <summary>Scales every row to length 1.</summary>
    /// <param name="rows"><c>[rows, columns]</c>.</param>
    public static Tensor Normalize(Tensor rows) => rows / Ops.Clamp(Ops.Sqrt(Ops.Sum(Ops.Square(rows), keepDimensions: true, -1)), MinNorm, double.MaxValue);

    private static Tensor Pick(Tensor hidden, long[] rows) => Ops.Embedding(hidden, Tensor.From(rows, rows.Length));

    private static Tensor Each(Tensor hidden, PackedAttentionContext context, Func<Tensor, Tensor> pool)
    {
        Tensor[] pooled = [.. Visible(context).Select(tokens => pool(
            tokens[^1] - tokens[0] + 1 == tokens.Length
                ? Ops.Slice(hidden, 0, tokens[0], tokens.Length)
                : Pick(hidden, Array.ConvertAll(tokens, token => (long)token))))];
        return Ops.Concatenate(pooled, 0);
    }

    private static IEnumerable<int[]> Visible(PackedAttentionContext context)
    {
        ImmutableArray<int> offsets = context.Sequences.QueryOffsets;
        for (int s = 0; s + 1 < offsets.Length; s++)
        {
            IEnumerable<int> tokens = Enumerable.Range(offsets[s], offsets[s + 1] - offsets[s]);
            int[] visible = context.HiddenTokens.IsEmpty ? [.. tokens] : [.. tokens.Where(token => !context.HiddenTokens.Contains(token))];
            yield return visible.Length > 0 ? visible : throw new ArgumentException($"Sequence {s} has no visible token to pool.", nameof(context));
        }
    }
}
