using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The working memory of one thread in attention over pages.</summary>
internal sealed unsafe class PagedTiles : IDisposable
{
    private readonly AttentionScratch _scratch;

    /// <summary>Rents memory for blocks of up to <paramref name="rows"/> rows.</summary>
    /// <param name="shape">Sizes of the store.</param>
    /// <param name="width">Elements of an output row, whole panels.</param>
    /// <param name="rows">Most rows of a block.</param>
    /// <param name="widens">Whether tiles of keys and values are widened to f32 first.</param>
    public PagedTiles(PagedKvShape shape, int width, int rows, bool widens)
    {
        const int Keys = AttentionBlock.KeyTile;
        int state = PagedRows.Size(rows, width), whole = (rows + 15) / 16 * 16;
        int ofKeys = widens ? Keys * (shape.HeadDim + width) : 0;
        int rowPointers = rows * (sizeof(float*) / sizeof(float));
        _scratch = new AttentionScratch(((long)rows * shape.HeadDim) + (2L * state) + ((long)rows * Keys) + (5L * whole) + ofKeys + (2 * Keys) + 16 + rowPointers, pieces: 14);
        Query = _scratch.Take((long)rows * shape.HeadDim);
        Total = PagedRows.At(_scratch.Take(state), rows, width);
        Segment = PagedRows.At(_scratch.Take(state), rows, width);
        Scores = _scratch.Take((long)rows * Keys);
        Shift = _scratch.Take(whole);
        Factor = _scratch.Take(whole);
        Lanes = _scratch.Take(16);
        Begin = (int*)_scratch.Take(whole);
        End = (int*)_scratch.Take(whole);
        WideKeys = _scratch.Take(widens ? Keys * shape.HeadDim : 0);
        WideValues = _scratch.Take(widens ? Keys * width : 0);
        KeyScales = _scratch.Take(Keys);
        ValueScales = _scratch.Take(Keys);
        RowAddresses = (float**)_scratch.Take(rowPointers);
    }

    /// <summary>Scaled query rows.</summary>
    public float* Query { get; }

    /// <summary>State over all segments so far.</summary>
    public PagedRows Total { get; }

    /// <summary>State over the tiles of one segment.</summary>
    public PagedRows Segment { get; }

    /// <summary>Rows of <see cref="AttentionBlock.KeyTile"/> scores.</summary>
    public float* Scores { get; }

    /// <summary>One element a row.</summary>
    public float* Shift { get; }

    /// <summary>One element a row.</summary>
    public float* Factor { get; }

    /// <summary>One vector.</summary>
    public float* Lanes { get; }

    /// <summary>First visible key of each row.</summary>
    public int* Begin { get; }

    /// <summary>One past the last visible key of each row.</summary>
    public int* End { get; }

    /// <summary>A tile of keys in f32, in panels as in a page.</summary>
    public float* WideKeys { get; }

    /// <summary>A tile of values in f32, row by row.</summary>
    public float* WideValues { get; }

    /// <summary>Scales of a tile's keys.</summary>
    public float* KeyScales { get; }

    /// <summary>Scales of a tile's values.</summary>
    public float* ValueScales { get; }

    /// <summary>Address of each row of an operand.</summary>
    public float** RowAddresses { get; }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();
}
