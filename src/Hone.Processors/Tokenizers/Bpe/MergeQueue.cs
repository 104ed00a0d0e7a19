namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Byte-pair encoding by merging, lowest rank first and leftmost among equals, with a heap: for vocabularies that search does not pay for, and for bytes without a token.</summary>
internal sealed class MergeQueue(BpeTables tables)
{
    private readonly PriorityQueue<int, long> _queue = new();
    private int[] _ids = new int[64], _previous = new int[64], _next = new int[64];

    /// <summary>Encodes a word; bytes without a token vanish.</summary>
    /// <returns>The number of tokens.</returns>
    public int Encode(ReadOnlySpan<byte> word, Span<int> output)
    {
        int count = Fill(word);
        for (int i = 0; i + 1 < count; i++)
        {
            Enqueue(i);
        }

        while (_queue.TryDequeue(out int left, out long priority))
        {
            // Stale unless the symbol is still there and its pair still has this rank.
            int right = _ids[left] < 0 ? count : _next[left];
            if (right >= count || !tables.Pairs.TryGet(_ids[left], _ids[right], out int rank, out int merged) || rank != (int)(priority >> 32))
            {
                continue;
            }

            (_ids[left], _ids[right]) = (merged, -1);
            _next[left] = _next[right];
            if (_next[left] < count)
            {
                _previous[_next[left]] = left;
                Enqueue(left);
            }

            if (_previous[left] >= 0)
            {
                Enqueue(_previous[left]);
            }
        }

        int written = 0;
        for (int i = 0; i < count; i++)
        {
            if (_ids[i] >= 0)
            {
                output[written++] = _ids[i];
            }
        }

        return written;
    }

    private int Fill(ReadOnlySpan<byte> word)
    {
        if (_ids.Length < word.Length)
        {
            int size = Math.Max(word.Length, 2 * _ids.Length);
            (_ids, _previous, _next) = (new int[size], new int[size], new int[size]);
        }

        int count = 0;
        foreach (byte value in word)
        {
            int id = tables.IdOfByte(value);
            if (id >= 0)
            {
                (_ids[count], _previous[count], _next[count]) = (id, count - 1, count + 1);
                count++;
            }
        }

        return count;
    }

    private void Enqueue(int left)
    {
        int rank = tables.Pairs.RankOf(_ids[left], _ids[_next[left]]);
        if (rank != PairTable.None)
        {
            _queue.Enqueue(left, ((long)rank << 32) | (uint)left);
        }
    }
}
