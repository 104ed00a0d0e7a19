using System.Collections.Immutable;
using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Attention within the pass: every sequence is whole, nothing is cached, gradients flow.</summary>
public sealed class PackedAttentionContext : AttentionContext
{
    // Added to the score of a key that nobody may see: finite, so that a row of such keys alone is still a number.
    private const float Hidden = -1e30f;

    private readonly Tensor? _bias;

    /// <summary>Describes the tokens of a pass.</summary>
    /// <param name="positions">i32 <c>[tokens]</c>.</param>
    /// <param name="sequences">Where the sequences begin.</param>
    /// <param name="hiddenTokens">Tokens that take a place in their sequence but are no key for others: those that a mask with holes leaves out.</param>
    public PackedAttentionContext(Tensor positions, PackedSequences sequences, ImmutableArray<int> hiddenTokens = default)
    {
        Positions = positions;
        Sequences = sequences;
        HiddenTokens = hiddenTokens.IsDefault ? [] : hiddenTokens;
        _bias = HiddenTokens.IsEmpty ? null : CreateBias(sequences, HiddenTokens);
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    /// <summary>Where the sequences begin.</summary>
    public PackedSequences Sequences { get; }

    /// <summary>Tokens that are no key for others, in order.</summary>
    public ImmutableArray<int> HiddenTokens { get; }

    /// <summary>Sequences with positions from 0.</summary>
    /// <param name="lengths">Tokens of each sequence.</param>
    public static PackedAttentionContext FromLengths(params ReadOnlySpan<int> lengths)
    {
        var sequences = PackedSequences.FromLengths(lengths);
        int[] positions = [.. lengths.ToArray().SelectMany(length => Enumerable.Range(0, length))];
        return new PackedAttentionContext(Tensor.From(positions, positions.Length), sequences);
    }

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionOptions options) =>
        Ops.ScaledDotProductAttention(q, k, v, options with { Packed = Sequences }, _bias);

    private static Tensor CreateBias(PackedSequences sequences, ImmutableArray<int> hidden)
    {
        ImmutableArray<int> offsets = sequences.KeyOffsets;
        int longest = Enumerable.Range(0, sequences.Count).Max(s => offsets[s + 1] - offsets[s]);
        var bias = new float[sequences.Count * longest];
        foreach (int token in hidden)
        {
            int sequence = Enumerable.Range(0, sequences.Count).First(s => token < offsets[s + 1]);
            bias[(sequence * longest) + token - offsets[sequence]] = Hidden;
        }

        return Tensor.From(bias, sequences.Count, 1, 1, longest);
    }
}
