using System.Collections.Immutable;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>Tokens of one or more sequences, one after the other, as encoders and classifiers take them.</summary>
public sealed record EncoderInput
{
    /// <summary>i32 <c>[tokens]</c>.</summary>
    public required Tensor InputIds { get; init; }

    /// <summary>Positions and sequences.</summary>
    public required PackedAttentionContext Context { get; init; }

    /// <summary>i32 <c>[tokens]</c>: which of two texts a token belongs to; all the first when not given.</summary>
    public Tensor? TokenTypeIds { get; init; }

    /// <summary>Takes sequences that lie one after the other.</summary>
    /// <param name="config">The model: families count positions in their own ways.</param>
    /// <param name="ids">Tokens of all sequences.</param>
    /// <param name="lengths">Tokens of each sequence, at least 1.</param>
    /// <exception cref="ArgumentException">The lengths do not add up to the tokens.</exception>
    public static EncoderInput FromSequences(ModelConfig config, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        int[] all = lengths.ToArray();
        if (all.Any(length => length < 1) || all.Sum(length => (long)length) != ids.Length)
        {
            throw new ArgumentException($"Sequences of {string.Join(", ", all)} tokens do not make {ids.Length}.", nameof(lengths));
        }

        var positions = new int[ids.Length];
        int start = 0;
        foreach (int length in all)
        {
            config.CountPositions([.. ids.Slice(start, length).ToArray().Select(id => (long)id)]).CopyTo(positions, start);
            start += length;
        }

        return new EncoderInput { InputIds = Tensor.From(ids, ids.Length), Context = new PackedAttentionContext(Tensor.From(positions, positions.Length), PackedSequences.FromLengths(lengths)) };
    }

    /// <summary>Takes the padding off a batch.</summary>
    /// <param name="config">The model: families count positions in their own ways.</param>
    /// <param name="ids">Tokens, row after row.</param>
    /// <param name="mask">For each token, whether it is real; a hole between real tokens stays in place and is seen by nobody.</param>
    /// <param name="width">Tokens of a row.</param>
    /// <param name="typeIds">Token types, row after row; none when empty.</param>
    /// <exception cref="ArgumentException">The lists do not fit together, or a row has no real token.</exception>
    public static EncoderInput FromPadded(ModelConfig config, ReadOnlySpan<long> ids, ReadOnlySpan<bool> mask, int width, ReadOnlySpan<long> typeIds = default)
    {
        if (width < 1 || ids.Length % width != 0 || mask.Length != ids.Length || (!typeIds.IsEmpty && typeIds.Length != ids.Length))
        {
            throw new ArgumentException($"{ids.Length} ids, {mask.Length} mask values and {typeIds.Length} types make no batch of rows of {width}.", nameof(width));
        }

        var (tokens, positions, types, lengths) = (new List<int>(), new List<int>(), new List<int>(), new List<int>());
        ImmutableArray<int>.Builder hidden = ImmutableArray.CreateBuilder<int>();
        for (int start = 0; start < ids.Length; start += width)
        {
            ReadOnlySpan<bool> row = mask.Slice(start, width);
            (int begin, int end) = (row.IndexOf(true), row.LastIndexOf(true) + 1);
            if (begin < 0)
            {
                throw new ArgumentException($"Row {start / width} has no real token.", nameof(mask));
            }

            int[] counted = config.CountPositions(ids.Slice(start, width));
            for (int i = begin; i < end; i++)
            {
                if (!row[i])
                {
                    hidden.Add(tokens.Count);
                }

                tokens.Add(checked((int)ids[start + i]));
                positions.Add(counted[i]);
                types.Add(typeIds.IsEmpty ? 0 : (int)typeIds[start + i]);
            }

            lengths.Add(end - begin);
        }

        var context = new PackedAttentionContext(Tensor.From(positions.ToArray(), positions.Count), PackedSequences.FromLengths([.. lengths]), hidden.ToImmutable());
        return new EncoderInput
        {
            InputIds = Tensor.From(tokens.ToArray(), tokens.Count),
            Context = context,
            TokenTypeIds = typeIds.IsEmpty ? null : Tensor.From(types.ToArray(), types.Count),
        };
    }
}
