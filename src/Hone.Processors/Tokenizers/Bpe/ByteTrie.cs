using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>A dictionary of byte strings in which the longest entry that begins a text is found in one walk.</summary>
/// <remarks>Source: Aoe, "An efficient digital search algorithm by using a double-array structure", IEEE TSE 15(9), 1989.</remarks>
internal sealed class ByteTrie
{
    /// <summary>The state before the first byte.</summary>
    public const int Root = 0;

    private const int Labels = 256;

    private const int MarkBits = 2, MarkMask = (1 << MarkBits) - 1;

    // A base that was tried in vain so often lies among cells too scattered to be worth trying again.
    private const int MaxTries = 64;

    private Cell[] _cells = new Cell[1 << 12];
    private int[] _values = new int[1 << 12];

    // Building: all cells before it are taken, or not worth trying.
    private int _firstFree = 1;

    /// <summary>Builds the trie.</summary>
    /// <param name="keys">Strings, none empty, no two equal.</param>
    /// <param name="order">Their numbers in byte order.</param>
    /// <param name="values">A value above or equal to 0 for each, by number.</param>
    public ByteTrie(ByteStrings keys, ReadOnlySpan<int> order, ReadOnlySpan<int> values)
    {
        Array.Fill(_cells, Cell.Free);
        Array.Fill(_values, -1);
        _cells[Root] = new Cell(0, Root);
        var pending = new Stack<(int State, int From, int To, int Depth)>();
        pending.Push((Root, 0, order.Length, 0));
        Span<byte> labels = stackalloc byte[Labels];
        Span<int> ends = stackalloc int[Labels];
        while (pending.TryPop(out (int State, int From, int To, int Depth) node))
        {
            int from = node.From;
            if (from < node.To && keys[order[from]].Length == node.Depth)
            {
                int value = values[order[from++]];
                _values[node.State] = value;
                _cells[node.State] = _cells[node.State] with { Parent = _cells[node.State].Parent | ((value & 1) + 1) };
            }

            int count = 0, first = from;
            for (; from < node.To; count++)
            {
                byte label = keys[order[from]][node.Depth];
                labels[count] = label;
                do
                {
                    from++;
                }
                while (from < node.To && keys[order[from]][node.Depth] == label);
                ends[count] = from;
            }

            if (count > 0)
            {
                int start = Place(labels[..count], node.State);
                _cells[node.State] = _cells[node.State] with { Base = start };
                for (int i = 0; i < count; i++)
                {
                    pending.Push((start + labels[i], i == 0 ? first : ends[i - 1], ends[i], node.Depth + 1));
                }
            }
        }
    }

    /// <summary>Goes one byte further.</summary>
    /// <param name="state">Where the walk stands; moved on.</param>
    /// <param name="label">The byte.</param>
    /// <param name="mark">The lowest bit of the value of the entry that ends there plus 1; 0 where none ends.</param>
    /// <returns>Whether any entry goes on like that.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStep(ref int state, byte label, out int mark)
    {
        // The arrays end at least 256 cells behind the last base.
        ref Cell cells = ref MemoryMarshal.GetArrayDataReference(_cells);
        int next = Unsafe.Add(ref cells, state).Base + label, parent = Unsafe.Add(ref cells, next).Parent;
        mark = parent & MarkMask;
        if (parent >> MarkBits != state || next == Root)
        {
            return false;
        }

        state = next;
        return true;
    }

    /// <summary>The value of the entry that ends at a state, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ValueAt(int state) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_values), state);

    // First fit: the first base at which all children fall on free cells.
    private int Place(ReadOnlySpan<byte> labels, int parent)
    {
        int start = Math.Max(1, _firstFree - labels[0]);
        for (int tries = 1; !Fits(start, labels); start++, tries++)
        {
            _firstFree = tries == MaxTries ? Math.Max(_firstFree, start) : _firstFree;
        }

        foreach (byte label in labels)
        {
            _cells[start + label] = new Cell(0, parent << MarkBits);
        }

        while (_cells[_firstFree].Parent >= 0)
        {
            _firstFree++;
        }

        return start;
    }

    private bool Fits(int start, ReadOnlySpan<byte> labels)
    {
        // One cell more than labels, so that there always is a free one at the end.
        int needed = start + Labels + 1, old = _cells.Length;
        if (needed > old)
        {
            Array.Resize(ref _cells, 2 * needed);
            Array.Resize(ref _values, 2 * needed);
            _cells.AsSpan(old).Fill(Cell.Free);
            _values.AsSpan(old).Fill(-1);
        }

        foreach (byte label in labels)
        {
            if (_cells[start + label].Parent >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A state: children lie at <c>Base + byte</c>; <c>Parent</c> holds the parent above the mark, and is negative for a free cell.</summary>
    private readonly record struct Cell(int Base, int Parent)
    {
        public static Cell Free => new(0, -1);
    }
}
