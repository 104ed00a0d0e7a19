namespace Hone.Data.Packing;

/// <summary>Rows of a fixed greatest length, each made of stretches of examples.</summary>
public sealed class PackedRows
{
    private readonly List<ExampleSegment> _segments = [];
    private readonly List<int> _ends = [];

    /// <summary>Number of rows.</summary>
    public int Count => _ends.Count;

    /// <summary>Number of stretches in all rows.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>Number of tokens that fitted into no row.</summary>
    public long CutTokens { get; internal set; }

    /// <summary>The stretches of a row, in order.</summary>
    /// <param name="row">Number of the row.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<ExampleSegment> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
            int start = row == 0 ? 0 : _ends[row - 1];
            return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_segments)[start.._ends[row]];
        }
    }

    /// <summary>Adds a stretch to the row that is being filled.</summary>
    internal void Add(ExampleSegment segment) => _segments.Add(segment);

    /// <summary>Ends the row that is being filled.</summary>
    internal void EndRow() => _ends.Add(_segments.Count);
}
