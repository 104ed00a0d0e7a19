using System.Collections.Immutable;

namespace Hone.Tensors;

/// <summary>Where the sequences begin in tokens that lie one behind the other without padding.</summary>
public sealed class PackedSequences
{
    private PackedSequences(ImmutableArray<int> queryOffsets, ImmutableArray<int> keyOffsets)
    {
        QueryOffsets = queryOffsets;
        KeyOffsets = keyOffsets;
    }

    /// <summary>First query of each sequence and, last, the number of all queries (<c>cu_seqlens_q</c> elsewhere).</summary>
    public ImmutableArray<int> QueryOffsets { get; }

    /// <summary>First key of each sequence and, last, the number of all keys (<c>cu_seqlens_k</c> elsewhere).</summary>
    public ImmutableArray<int> KeyOffsets { get; }

    /// <summary>Number of sequences.</summary>
    public int Count => QueryOffsets.Length - 1;

    /// <summary>Sequences whose queries and keys come from the same tokens.</summary>
    /// <param name="lengths">Tokens of each sequence, may be 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public static PackedSequences FromLengths(params ReadOnlySpan<int> lengths)
    {
        var offsets = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(lengths[i], nameof(lengths));
            offsets[i + 1] = checked(offsets[i] + lengths[i]);
        }

        return FromOffsets(offsets, offsets);
    }

    /// <summary>Sequences whose queries look at other tokens: a cache, or the other side of cross attention.</summary>
    /// <param name="queryOffsets">See <see cref="QueryOffsets"/>; begins with 0 and never falls.</param>
    /// <param name="keyOffsets">See <see cref="KeyOffsets"/>; as many entries.</param>
    /// <exception cref="ArgumentException">The offsets do not begin with 0, fall, or differ in number.</exception>
    public static PackedSequences FromOffsets(ReadOnlySpan<int> queryOffsets, ReadOnlySpan<int> keyOffsets)
    {
        RequireOffsets(queryOffsets, nameof(queryOffsets));
        RequireOffsets(keyOffsets, nameof(keyOffsets));
        return queryOffsets.Length == keyOffsets.Length
            ? new PackedSequences([.. queryOffsets], [.. keyOffsets])
            : throw new ArgumentException($"attention: {queryOffsets.Length} query offsets and {keyOffsets.Length} key offsets; both have one entry a sequence and one more.");
    }

    private static void RequireOffsets(ReadOnlySpan<int> offsets, string name)
    {
        if (offsets.IsEmpty || offsets[0] != 0)
        {
            throw new ArgumentException("attention: offsets begin with 0 and end with the number of tokens.", name);
        }

        for (int i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
            {
                throw new ArgumentException($"attention: offset {i} is {offsets[i]}, below the one before it ({offsets[i - 1]}).", name);
            }
        }
    }
}
