using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;
using Hone.Tensors.Paging;

namespace Hone.Tensors;

/// <content>The op <c>paged_attention</c>.</content>
public static partial class Ops
{
    /// <summary>Attention of a step's queries over keys and values in a paged cache; no gradients.</summary>
    /// <param name="q"><c>[tokens, heads, headDim]</c>, the rows of all sequences one behind the other; f32, bf16 or f16; rows may lie apart.</param>
    /// <param name="store">Keys and values, those of this step's tokens included; <c>heads</c> is a multiple of its heads.</param>
    /// <param name="layer">Layer of the store.</param>
    /// <param name="sequences">Which rows belong to which sequence, where its keys lie and where its queries stand.</param>
    /// <param name="options">Mask, window, scale and cap; positions, padding and packing come from <paramref name="sequences"/> and must not be set.</param>
    /// <returns><c>[tokens, heads, headDim]</c> of the type of <paramref name="q"/>, contiguous.</returns>
    /// <remarks>
    /// The maths is that of <see cref="ScaledDotProductAttention"/>. Keys are walked in tiles at absolute positions, so that a row has the same bits in
    /// every batch, for every chunking of its prompt and every number of threads. Source: Kwon et al., PagedAttention, arXiv:2309.06180, section 4.1.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">Shapes or page tables do not fit.</exception>
    /// <exception cref="ArgumentException">The options contradict each other, are out of range, or set what the sequences say.</exception>
    /// <exception cref="AutogradException">A gradient is wanted.</exception>
    public static unsafe Tensor PagedAttention(Tensor q, PagedKvStore store, int layer, PagedSequences sequences, AttentionOptions options)
    {
        PagedAttentionOp.Validate(q, store, layer, sequences, options);
        if (q.DType.IsHalfPrecision)
        {
            return Cast(PagedAttention(Cast(q, DType.F32), store, layer, sequences, options), q.DType);
        }

        Tensor rows = AttentionCall.Rows(q);
        Tensor output = Tensor.Empty(DType.F32, q.Shape);
        ReadOnlySpan<long> strides = rows.Strides;
        int headDim = store.Shape.HeadDim;
        var problem = new PagedAttentionProblem
        {
            Store = store,
            Layer = layer,
            Heads = q.Shape[1],
            Sequences = sequences,
            Query = new(rows.Pointer<float>(), 0, strides[1], strides[0]),
            Causal = options.Causal,
            SlidingWindow = options.SlidingWindow,
            Scale = (float)(options.Scale ?? 1 / Math.Sqrt(headDim)),
            SoftCap = (float?)options.SoftCap,
        };
        AttentionView<float> target = new(output.Pointer<float>(), 0, headDim, (long)headDim * q.Shape[1]);
        if (KernelTable<IPagedAttentionKernel>.For(q.Device) is { } kernel)
        {
            kernel.Attend(problem, target);
        }
        else
        {
            PagedAttentionReference.Attend(problem, target);
        }

        GC.KeepAlive(store);
        if (NumericsCheck.IsOn)
        {
            NumericsCheck.Inspect(output, PagedAttentionOp.Name, "its result");
        }

        return output;
    }
}

/// <summary>The checks of paged attention; it has no gradient, so the suites of differentiable ops do not apply to it.</summary>
internal static class PagedAttentionOp
{
    public const string Name = "paged_attention";

    internal static void Validate(Tensor q, PagedKvStore store, int layer, PagedSequences sequences, AttentionOptions options)
    {
        store.RequireAlive();
        store.RequireLayer(layer);
        options.Validate();
        if (options.QueryStart is not null || !options.QueryStarts.IsDefaultOrEmpty || options.KeyPadding is not null || options.Packed is not null)
        {
            throw new ArgumentException("paged attention: positions, padding and packing come from the sequences; leave QueryStart, QueryStarts, KeyPadding and Packed out.", nameof(options));
        }

        if (Recorder.Wants(q))
        {
            throw new AutogradException($"{Name}: a gradient is wanted.", OpContext.Describe(Name), $"q {q}", "Use Ops.ScaledDotProductAttention for training.");
        }

        OpGuard.RequireFloat(Name, q);
        OpGuard.RequireShape(Name, q.DType != DType.F64, "queries are f32, bf16 or f16.", $"q {q}", "Cast them to f32 (Ops.Cast).");
        int kvHeads = store.Shape.KeyValueHeads;
        bool fits = q.Rank == 3 && q.Shape[0] == sequences.QueryCount && q.Shape[2] == store.Shape.HeadDim && q.Shape[1] % kvHeads == 0 && q.Shape[1] > 0;
        OpGuard.RequireShape(
            Name, fits, "the queries do not fit the store or the sequences.", $"q {q}, {sequences.QueryCount} rows in sequences, {kvHeads} key heads of {store.Shape.HeadDim}",
            "They are [tokens, heads, headDim] with heads a multiple of the key heads.");
        RequirePages(store, sequences, options);
    }

    private static void RequirePages(PagedKvStore store, PagedSequences sequences, AttentionOptions options)
    {
        int pageTokens = store.Shape.PageTokens;
        OpGuard.RequireShape(
            Name, sequences.HighestPage < store.Shape.Pages, "a page table names a page that does not exist.", $"page {sequences.HighestPage}, {store.Shape.Pages} pages", "Page numbers are those of the store the keys were written to.");
        for (int s = 0; s < sequences.Count; s++)
        {
            PagedSequences.Entry entry = sequences.Entries[s];
            OpGuard.RequireShape(
                Name, (long)entry.Pages * pageTokens >= entry.Keys, "a page table is too short.", $"sequence {s}: {entry.Pages} pages of {pageTokens} tokens for {entry.Keys} keys", "One page for every stretch of PageTokens keys.");
            long firstVisible = options.SlidingWindow is { } window ? Math.Max(0, (long)entry.FirstPosition - window + 1) : 0;
            bool isPresent = entry.Queries == 0 || entry.Keys == 0 || entry.AbsentPages <= firstVisible / pageTokens;
            OpGuard.RequireShape(
                Name, isPresent, "a page that a query sees was given up.", $"sequence {s}: the first {entry.AbsentPages} pages hold one that is absent (-1), keys from {firstVisible} on are visible", "Give pages up only when they lie behind every layer's window.");
        }
    }
}
