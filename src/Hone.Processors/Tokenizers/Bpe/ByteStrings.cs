using System.Buffers.Binary;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Byte strings one after the other in one array, and an order of them.</summary>
internal sealed class ByteStrings
{
    private readonly List<int> _ends = [];
    private byte[] _bytes = new byte[1 << 12];

    /// <summary>Number of strings.</summary>
    public int Count => _ends.Count;

    /// <summary>A string by its number.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Room to write the next string to.</summary>
    /// <param name="length">Most bytes it may have.</param>
    public Span<byte> Reserve(int length)
    {
        int start = _ends.Count == 0 ? 0 : _ends[^1];
        if (_bytes.Length - start < length)
        {
            Array.Resize(ref _bytes, Math.Max(start + length, 2 * _bytes.Length));
        }

        return _bytes.AsSpan(start, length);
    }

    /// <summary>Counts a string written to the reserved room.</summary>
    public void Commit(int length) => _ends.Add((_ends.Count == 0 ? 0 : _ends[^1]) + length);

    /// <summary>Appends a string.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Commit(value.Length);
    }

    /// <summary>The numbers of the strings in byte order.</summary>
    public int[] Sort()
    {
        // By the first eight bytes as a number; strings that share them (padded with zeros) are then compared whole.
        var keys = new ulong[Count];
        var order = new int[Count];
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> value = this[i];
            first.Clear();
            value[..Math.Min(value.Length, first.Length)].CopyTo(first);
            (keys[i], order[i]) = (BinaryPrimitives.ReadUInt64BigEndian(first), i);
        }

        Array.Sort(keys, order);
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && keys[end] == keys[start];)
            {
                end++;
            }

            if (end - start > 1)
            {
                order.AsSpan(start, end - start).Sort((a, b) => this[a].SequenceCompareTo(this[b]));
            }
        }

        return order;
    }
}
