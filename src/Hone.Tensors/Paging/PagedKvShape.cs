using Hone.Tensors.Kernels.Cpu.Attention;

namespace Hone.Tensors.Paging;

/// <summary>Sizes of a <see cref="PagedKvStore"/>.</summary>
public sealed record PagedKvShape
{
    /// <summary>Attention layers of the model.</summary>
    public required int Layers { get; init; }

    /// <summary>Key and value heads of each layer.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a key and of a value.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Pages; page numbers are [0, <see cref="Pages"/>).</summary>
    public required int Pages { get; init; }

    /// <summary>Tokens a page: 16, 32, 48 or 96.</summary>
    public int PageTokens { get; init; } = 32;

    /// <summary>How keys and values are kept.</summary>
    public PagedKvFormat Format { get; init; } = PagedKvFormat.F32;

    /// <summary>Bytes of one page, all layers together: what a memory limit is divided by.</summary>
    public long PageBytes => new PagedKvLayout(this).PageBytes;

    /// <summary>Rejects sizes that no store can have.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the page is none of the lengths that tile the kernels' blocks of keys.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeyValueHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeadDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Pages, 1);
        if (PageTokens < PagedKvLayout.PanelTokens || PageTokens % PagedKvLayout.PanelTokens != 0 || AttentionBlock.KeyTile % PageTokens != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(PageTokens), PageTokens, "paged store: a page holds 16, 32, 48 or 96 tokens.");
        }
    }
}
