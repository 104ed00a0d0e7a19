using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Paging;

namespace Hone.Inference.Scheduling;

/// <summary>Attention of one step over the paged cache: every layer first stores the step's keys and values, then attends.</summary>
/// <remarks>Storing comes first, so a text may share a page that another text of the same step fills.</remarks>
internal sealed class PagedAttentionContext : AttentionContext
{
    private readonly PagedKvStore _store;
    private readonly PagedSequences _sequences;
    private readonly int[] _slots;
    private readonly int _count;

    /// <summary>Describes a step.</summary>
    /// <param name="store">The cache.</param>
    /// <param name="sequences">The texts with their pages.</param>
    /// <param name="positions">i32 <c>[tokens]</c>.</param>
    /// <param name="slots">Where each token's keys and values go; may be longer than needed.</param>
    /// <param name="longest">Positions of the longest text.</param>
    /// <param name="spans">Lengths that rows go by, where the model asks.</param>
    public PagedAttentionContext(PagedKvStore store, PagedSequences sequences, Tensor positions, int[] slots, int longest, IReadOnlyList<RotarySpan>? spans)
    {
        _store = store;
        _sequences = sequences;
        _slots = slots;
        _count = (int)positions.ElementCount;
        Positions = positions;
        RotaryLength = longest;
        RotarySpans = spans;
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    /// <inheritdoc/>
    public override int RotaryLength { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<RotarySpan>? RotarySpans { get; }

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionOptions options)
    {
        _store.Write(layer, k, v, _slots.AsSpan(0, _count));
        return Ops.PagedAttention(q, _store, layer, _sequences, options);
    }
}
