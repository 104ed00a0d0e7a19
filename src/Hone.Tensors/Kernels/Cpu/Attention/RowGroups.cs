using System.Runtime.CompilerServices;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The rows of a block in the groups that the micro-kernels take, with the keys of one tile that each group sees.</summary>
/// <param name="rows">Rows of the block.</param>
/// <param name="begin">First visible key of each row, never falling.</param>
/// <param name="end">One past the last visible key of each row, never falling.</param>
/// <param name="first">First key of the tile.</param>
/// <param name="width">Keys of the tile.</param>
/// <param name="groupRows">Rows of a group.</param>
internal readonly unsafe ref struct RowGroups(int rows, int* begin, int* end, int first, int width, int groupRows)
{
    private readonly int* _begin = begin;
    private readonly int* _end = end;
    private readonly int _first = first;

    /// <summary>Rows of the block.</summary>
    public int Rows { get; } = rows;

    /// <summary>Rows of a whole group.</summary>
    public int GroupRows { get; } = groupRows;

    /// <summary>Keys of the tile.</summary>
    public int Width { get; } = width;

    /// <summary>Rows of the group that starts at <paramref name="row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(int row) => Math.Min(GroupRows, Rows - row);

    /// <summary>The keys, counted from the tile's first, that some row of the group at <paramref name="row"/> sees; End ≤ Begin when none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Begin, int End) Keys(int row) =>
        (Math.Max(0, _begin[row] - _first), Math.Min(Width, _end[row + Count(row) - 1] - _first));

    /// <summary>The keys, counted from the tile's first, that one row sees; Begin = End when none.</summary>
    public (int Begin, int End) KeysOf(int row)
    {
        int from = Math.Clamp(_begin[row] - _first, 0, Width);
        return (from, Math.Clamp(_end[row] - _first, from, Width));
    }

    /// <summary>The rows that can see one of <paramref name="count"/> keys from <paramref name="key"/> on; End ≤ Begin when none.</summary>
    public (int Begin, int End) RowsOf(int key, int count)
    {
        int from = 0, to = Rows;
        while (from < to && _end[from] - _first <= key)
        {
            from++;
        }

        while (to > from && _begin[to - 1] - _first >= key + count)
        {
            to--;
        }

        return (from, to);
    }
}
