namespace Hone.Tensors.Paging;

/// <summary>Where everything lies in a <see cref="PagedKvStore"/>: made so that attention reads keys and values in place.</summary>
/// <remarks>
/// <c>[page][layer][kvHead]</c> blocks of: keys <c>[PageTokens / 16][headDim][16]</c>, 16 tokens being the lanes of a score tile; values
/// <c>[PageTokens][headDim padded to 16]</c>; with <see cref="PagedKvFormat.Q8"/> f32 scales of the keys and of the values, <c>[PageTokens]</c> each.
/// A page is contiguous over all layers, so that copying one is a single move and untouched pages cost no physical memory.
/// </remarks>
internal readonly struct PagedKvLayout
{
    /// <summary>Tokens whose keys are interleaved.</summary>
    public const int PanelTokens = 16;

    /// <summary>Rows of smaller magnitudes count as zero with <see cref="PagedKvFormat.Q8"/>: 127 divided by it is still finite.</summary>
    public const float SmallestMagnitude = 1e-33f;

    private const int Alignment = 64;

    public PagedKvLayout(PagedKvShape shape)
    {
        ElementBytes = shape.Format switch { PagedKvFormat.F32 => 4, PagedKvFormat.BF16 => 2, _ => 1 };
        ValueWidth = (shape.HeadDim + PanelTokens - 1) / PanelTokens * PanelTokens;
        ValuesOffset = (long)shape.PageTokens * shape.HeadDim * ElementBytes;
        KeyScalesOffset = ValuesOffset + ((long)shape.PageTokens * ValueWidth * ElementBytes);
        ValueScalesOffset = KeyScalesOffset + (shape.PageTokens * sizeof(float));
        long end = shape.Format == PagedKvFormat.Q8 ? ValueScalesOffset + (shape.PageTokens * sizeof(float)) : KeyScalesOffset;
        BlockBytes = (end + Alignment - 1) / Alignment * Alignment;
        LayerBytes = BlockBytes * shape.KeyValueHeads;
        PageBytes = LayerBytes * shape.Layers;
    }

    /// <summary>Bytes of a key or value element.</summary>
    public int ElementBytes { get; }

    /// <summary>Elements from one value row to the next.</summary>
    public int ValueWidth { get; }

    /// <summary>First value in a block, in bytes.</summary>
    public long ValuesOffset { get; }

    /// <summary>First scale of a key in a block, in bytes.</summary>
    public long KeyScalesOffset { get; }

    /// <summary>First scale of a value in a block, in bytes.</summary>
    public long ValueScalesOffset { get; }

    /// <summary>Bytes of one key/value head in one layer of a page.</summary>
    public long BlockBytes { get; }

    /// <summary>Bytes of one layer of a page.</summary>
    public long LayerBytes { get; }

    /// <summary>Bytes of a page.</summary>
    public long PageBytes { get; }
}
