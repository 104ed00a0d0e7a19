using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels;

/// <summary>The operands and rules of one call of attention over pages.</summary>
/// <remarks>Scores and visibility are those of <see cref="AttentionProblem{T}"/> without bias and masks.</remarks>
internal sealed class PagedAttentionProblem
{
    /// <summary>Keys and values.</summary>
    public required PagedKvStore Store { get; init; }

    /// <summary>Layer of the store.</summary>
    public required int Layer { get; init; }

    /// <summary>Query heads, a multiple of the store's heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The sequences.</summary>
    public required PagedSequences Sequences { get; init; }

    /// <summary>Query rows <c>[tokens, heads, headDim]</c>, batch entry 0.</summary>
    public required AttentionView<float> Query { get; init; }

    /// <summary>Whether a query sees only keys at its own position and before.</summary>
    public required bool Causal { get; init; }

    /// <summary>Width of the window, or <see langword="null"/>.</summary>
    public required int? SlidingWindow { get; init; }

    /// <summary>Factor of the dot products.</summary>
    public required float Scale { get; init; }

    /// <summary>Bound of the scaled scores, or <see langword="null"/>.</summary>
    public required float? SoftCap { get; init; }

    /// <summary>Query heads that share a key head.</summary>
    public int Group => Heads / Store.Shape.KeyValueHeads;

    /// <summary>The keys [Begin, End) that a query row may see. Both ends never fall from one row to the next.</summary>
    public (int Begin, int End) VisibleKeys(in PagedSequences.Entry sequence, int row)
    {
        long position = (long)sequence.FirstPosition + row;
        long begin = 0, end = sequence.Keys;
        if (SlidingWindow is { } window)
        {
            begin = Math.Max(begin, position - window + 1);
            end = Math.Min(end, position + window);
        }

        if (Causal)
        {
            end = Math.Min(end, position + 1);
        }

        begin = Math.Min(begin, sequence.Keys);
        return ((int)begin, (int)Math.Max(begin, end));
    }
}
