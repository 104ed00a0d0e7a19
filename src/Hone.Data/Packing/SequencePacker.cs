namespace Hone.Data.Packing;

/// <summary>Packs examples into rows of a given length.</summary>
/// <remarks>
/// <para>Works on blocks of <see cref="BlockSize"/> examples, so that memory stays bounded and a row holds neighbours. Empty examples vanish.</para>
/// <para>Best fit: the pieces of a block, longest first and equal lengths in input order, each go into the row with the least room that suffices, among
/// rows of equal room the one that came to it first, else into a new row; rows keep the order in which they were opened.
/// Source: Ding et al., "Fewer Truncations Improve Language Modeling", arXiv:2404.10830, section 3, as in TRL 1.16, <c>pack_dataset</c>, row for row.</para>
/// </remarks>
public static class SequencePacker
{
    /// <summary>Number of examples that are packed together.</summary>
    public const int BlockSize = 1000;

    /// <summary>Packs the examples 0, 1, 2, … of the given lengths.</summary>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="capacity">Tokens that a row holds.</param>
    /// <param name="strategy">How to pack; <see cref="PackingStrategy.None"/> gives each example a row of its own and cuts it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive, or a length is negative.</exception>
    public static PackedRows Pack(ReadOnlySpan<int> lengths, int capacity, PackingStrategy strategy)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
        }

        var rows = new PackedRows();
        for (int start = 0; start < lengths.Length; start += BlockSize)
        {
            ReadOnlySpan<int> block = lengths.Slice(start, Math.Min(BlockSize, lengths.Length - start));
            if (strategy == PackingStrategy.Wrapped)
            {
                Wrap(block, start, capacity, rows);
            }
            else
            {
                List<ExampleSegment> pieces = Cut(block, start, capacity, strategy == PackingStrategy.BestFitSplit, rows);
                if (strategy == PackingStrategy.None)
                {
                    pieces.ForEach(piece => AddAlone(piece, rows));
                }
                else
                {
                    FillBestFit(pieces, capacity, rows);
                }
            }
        }

        return rows;
    }

    private static void AddAlone(ExampleSegment piece, PackedRows rows)
    {
        rows.Add(piece);
        rows.EndRow();
    }

    private static List<ExampleSegment> Cut(ReadOnlySpan<int> lengths, int firstExample, int capacity, bool splits, PackedRows rows)
    {
        var pieces = new List<ExampleSegment>(lengths.Length);
        for (int i = 0; i < lengths.Length; i++)
        {
            for (int start = 0; start < lengths[i]; start += capacity)
            {
                if (start > 0 && !splits)
                {
                    rows.CutTokens += lengths[i] - start;
                    break;
                }

                pieces.Add(new ExampleSegment(firstExample + i, start, Math.Min(capacity, lengths[i] - start)));
            }
        }

        return pieces;
    }

    private static void Wrap(ReadOnlySpan<int> lengths, int firstExample, int capacity, PackedRows rows)
    {
        int room = capacity;
        for (int i = 0; i < lengths.Length; i++)
        {
            for (int start = 0; start < lengths[i];)
            {
                int length = Math.Min(room, lengths[i] - start);
                rows.Add(new ExampleSegment(firstExample + i, start, length));
                start += length;
                room -= length;
                if (room == 0)
                {
                    rows.EndRow();
                    room = capacity;
                }
            }
        }

        if (room < capacity)
        {
            rows.EndRow();
        }
    }

    private static void FillBestFit(List<ExampleSegment> pieces, int capacity, PackedRows rows)
    {
        var open = new List<List<ExampleSegment>>();
        var byRoom = new Queue<int>?[capacity];  // rows by the room left in them, first come first served
        var rooms = new SortedSet<int>();        // the rooms that some row has
        foreach (ExampleSegment piece in pieces.OrderByDescending(piece => piece.Length)) // stable
        {
            SortedSet<int> suffices = rooms.GetViewBetween(piece.Length, capacity);
            int room = suffices.Count > 0 ? suffices.Min : capacity;
            int row = open.Count;
            if (room == capacity)
            {
                open.Add([]);
            }
            else
            {
                Queue<int> waiting = byRoom[room]!; // a room in the set has a queue
                row = waiting.Dequeue();
                if (waiting.Count == 0)
                {
                    rooms.Remove(room);
                }
            }

            open[row].Add(piece);
            int left = room - piece.Length;
            if (left > 0)
            {
                (byRoom[left] ??= new Queue<int>()).Enqueue(row);
                rooms.Add(left);
            }
        }

        foreach (List<ExampleSegment> row in open)
        {
            row.ForEach(rows.Add);
            rows.EndRow();
        }
    }
}
