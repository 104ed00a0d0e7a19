namespace Hone.Tensors.Kernels.Cpu.Reductions;

/// <summary>Splits rows for a sum over rows in a way that depends on their number alone, so that the sum has the same bits for every thread count.</summary>
/// <remarks>Each chunk gets a partial row of its own; <see cref="PartialRows"/> adds the partials in chunk order.</remarks>
internal readonly struct FixedChunks
{
    // 64 partial rows keep any likely number of cores busy; 16 rows a chunk make the partials a small part of the traffic.
    private const long MaxChunks = 64;
    private const long MinRows = 16;

    private readonly long _rows;
    private readonly long _chunkRows;

    /// <summary>Splits <paramref name="rows"/> rows.</summary>
    public FixedChunks(long rows)
    {
        _rows = rows;
        _chunkRows = Math.Max(MinRows, (rows + MaxChunks - 1) / MaxChunks);
        Count = (rows + _chunkRows - 1) / _chunkRows;
    }

    /// <summary>Number of chunks; 0 without rows.</summary>
    public long Count { get; }

    /// <summary>Rows [Begin, End) of a chunk.</summary>
    public (long Begin, long End) Rows(long chunk) => (chunk * _chunkRows, Math.Min(_rows, (chunk + 1) * _chunkRows));
}
