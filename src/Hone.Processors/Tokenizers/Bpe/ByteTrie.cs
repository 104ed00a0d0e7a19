using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>A dictionary of byte strings in which the longest entry that begins a text is found in one walk.</summary>
/// <remarks>Source: Aoe, "An efficient digital search algorithm by using a double-array structure", IEEE TSE 15(9), 1989.</remarks>
internal sealed class ByteTrie
{
    /// <summary>The state before the first byte.</summary>
    public const int Root = 0;

    private Cell[] _cells = new Cell[1024];

    // Building: cells before it are taken, or too scattered to be worth trying.
    private int _firstFree = 1;

    /// <summary>Builds the trie.</summary>
    /// <param name="keys">The strings, none empty, no two equal, in byte order.</param>
    /// <param name="values">A value above or equal to 0 for each.</param>
    public ByteTrie(IReadOnlyList<byte[]> keys, IReadOnlyList<int> values)
    {
        Array.Fill(_cells, Cell.Free);
        _cells[Root] = new Cell(0, Root, -1);
        var pending = new Stack<(int State, int From, int To, int Depth)>();
        pending.Push((Root, 0, keys.Count, 0));
        var children = new List<(byte Label, int From, int To)>(256);
        while (pending.TryPop(out (int State, int From, int To, int Depth) node))
        {
            int from = node.From;
            if (from < node.To && keys[from].Length == node.Depth)
            {
                _cells[node.State] = _cells[node.State] with { Value = values[from] };
                from++;
            }

            children.Clear();
            while (from < node.To)
            {
                byte label = keys[from][node.Depth];
                int end = from + 1;
                while (end < node.To && keys[end][node.Depth] == label)
                {
                    end++;
                }

                children.Add((label, from, end));
                from = end;
            }

            if (children.Count > 0)
            {
                int start = Place(CollectionsMarshal.AsSpan(children), node.State);
                _cells[node.State] = _cells[node.State] with { Base = start };
                foreach ((byte label, int childFrom, int childTo) in children)
                {
                    pending.Push((start + label, childFrom, childTo, node.Depth + 1));
                }
            }
        }

        // A walk may look 255 cells beyond the last base.
        int used = Array.FindLastIndex(_cells, cell => cell.Parent >= 0) + 1, kept = _cells.Length;
        Array.Resize(ref _cells, used + 256);
        Array.Fill(_cells, Cell.Free, Math.Min(kept, used), _cells.Length - Math.Min(kept, used));
    }

    /// <summary>Goes one byte further.</summary>
    /// <returns>Whether any entry goes on like that.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStep(ref int state, byte label, out int value)
    {
        ref Cell cells = ref MemoryMarshal.GetArrayDataReference(_cells);
        int next = Unsafe.Add(ref cells, state).Base + label;
        ref Cell cell = ref Unsafe.Add(ref cells, next);
        value = cell.Value;
        if (cell.Parent != state || next == Root)
        {
            return false;
        }

        state = next;
        return true;
    }

    // First fit: the first base at which all children fall on free cells.
    private int Place(ReadOnlySpan<(byte Label, int From, int To)> children, int parent)
    {
        int start = Math.Max(1, _firstFree - children[0].Label);
        for (int tries = 0; !Fits(start, children); start++)
        {
            // Where cells are nearly all taken, look further on from now on.
            if (++tries == 64)
            {
                _firstFree = Math.Max(_firstFree, start);
            }
        }

        foreach ((byte label, _, _) in children)
        {
            _cells[start + label] = new Cell(0, parent, -1);
        }

        while (_firstFree < _cells.Length && _cells[_firstFree].Parent >= 0)
        {
            _firstFree++;
        }

        return start;
    }

    private bool Fits(int start, ReadOnlySpan<(byte Label, int From, int To)> children)
    {
        int needed = start + 256;
        if (needed > _cells.Length)
        {
            int old = _cells.Length;
            Array.Resize(ref _cells, Math.Max(needed, 2 * old));
            Array.Fill(_cells, Cell.Free, old, _cells.Length - old);
        }

        foreach ((byte label, _, _) in children)
        {
            if (_cells[start + label].Parent >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A state: children lie at <c>Base + byte</c>; <c>Parent</c> is −1 for a free cell; <c>Value</c> is −1 where no entry ends.</summary>
    private readonly record struct Cell(int Base, int Parent, int Value)
    {
        public static Cell Free => new(0, -1, -1);
    }
}
