using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Paging;

/// <summary>Keys and values of all layers in pages of a few tokens each, which sequences own, share and give back in any order.</summary>
/// <remarks>
/// Memory is reserved at once and becomes resident page by page as tokens are written, so low page numbers should be used first. Writing, copying and
/// attention happen one after the other on the engine's thread; the store itself does not know who owns a page.
/// Source of paging: Kwon et al., PagedAttention, arXiv:2309.06180, section 4.
/// </remarks>
public sealed class PagedKvStore : IDisposable
{
    private const string Op = "paged_kv_store";

    private readonly LargeMemory _memory;

    /// <summary>Reserves the pages; their content is undefined until written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the page length is not one of those allowed.</exception>
    /// <exception cref="OutOfMemoryException">The system has not that much memory.</exception>
    public PagedKvStore(PagedKvShape shape)
    {
        shape.Validate();
        Shape = shape;
        Layout = new PagedKvLayout(shape);
        _memory = new LargeMemory((nuint)(Layout.PageBytes * shape.Pages), isCleared: false);
    }

    /// <summary>Sizes.</summary>
    public PagedKvShape Shape { get; }

    /// <summary>Bytes reserved for all pages.</summary>
    public long SizeBytes => (long)_memory.Size;

    /// <summary>Where everything lies.</summary>
    internal PagedKvLayout Layout { get; }

    /// <summary>Stores the keys and values of some tokens in one layer.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="k"><c>[tokens, kvHeads, headDim]</c>, f32, bf16 or f16; rows may lie apart.</param>
    /// <param name="v">Likewise.</param>
    /// <param name="slots">For each token <c>page · PageTokens + offset in the page</c>; no slot twice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The layer or a slot does not exist.</exception>
    /// <exception cref="ShapeMismatchException">The tensors do not have the store's heads and width, or not one row a slot.</exception>
    public unsafe void Write(int layer, Tensor k, Tensor v, ReadOnlySpan<int> slots)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        RequireLayer(layer);
        RequireRows(k, slots.Length, "keys");
        RequireRows(v, slots.Length, "values");
        long end = (long)Shape.Pages * Shape.PageTokens;
        foreach (int slot in slots)
        {
            if ((uint)slot >= end)
            {
                throw new ArgumentOutOfRangeException(nameof(slots), slot, $"paged store: slots are below {end} ({Shape.Pages} pages of {Shape.PageTokens} tokens).");
            }
        }

        using var scope = TensorScope.Begin(Op);
        Tensor keys = AttentionCall.Rows(Strided.Cast(k, DType.F32)), values = AttentionCall.Rows(Strided.Cast(v, DType.F32));
        ReadOnlySpan<long> ofKeys = keys.Strides, ofValues = values.Strides;
        AttentionView<float> from = new(keys.Pointer<float>(), 0, ofKeys[1], ofKeys[0]), fromValues = new(values.Pointer<float>(), 0, ofValues[1], ofValues[0]);
        if (KernelTable<IPagedAttentionKernel>.For(keys.Device) is { } kernel)
        {
            kernel.Write(this, layer, from, fromValues, slots);
        }
        else
        {
            PagedAttentionReference.Write(this, layer, from, fromValues, slots);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Copies a page, all layers of it: what a sequence does before it writes to a page that it shares.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A page does not exist.</exception>
    public unsafe void CopyPage(int source, int target)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)source, (uint)Shape.Pages, nameof(source));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)target, (uint)Shape.Pages, nameof(target));
        if (source != target)
        {
            Buffer.MemoryCopy(Block(0, source, 0), Block(0, target, 0), Layout.PageBytes, Layout.PageBytes);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    /// <summary>The block of one head; valid while the store is.</summary>
    internal unsafe byte* Block(int layer, int page, int kvHead) =>
        _memory.Pointer + (page * Layout.PageBytes) + (layer * Layout.LayerBytes) + (kvHead * Layout.BlockBytes);

    /// <summary>Rejects layers that do not exist.</summary>
    internal void RequireLayer(int layer)
    {
        if ((uint)layer >= (uint)Shape.Layers)
        {
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"paged store: there are {Shape.Layers} layers.");
        }
    }

    /// <summary>Rejects use after <see cref="Dispose"/>.</summary>
    internal void RequireAlive() => ObjectDisposedException.ThrowIf(_memory.IsClosed, this);

    private void RequireRows(Tensor x, int tokens, string role)
    {
        OpGuard.RequireFloat(Op, x, role);
        bool fits = x.Rank == 3 && x.Shape[0] == tokens && x.Shape[1] == Shape.KeyValueHeads && x.Shape[2] == Shape.HeadDim;
        OpGuard.RequireShape(
            Op, fits, "keys or values do not fit the store.", $"{role} {x}, {tokens} slots, {Shape.KeyValueHeads} heads of {Shape.HeadDim}", "They are [tokens, kvHeads, headDim] with one slot a token.");
    }
}
