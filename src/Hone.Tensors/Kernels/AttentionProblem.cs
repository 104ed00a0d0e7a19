using System.Collections.Immutable;

namespace Hone.Tensors.Kernels;

/// <summary>The operands and rules of one attention call, as the kernels and the reference take them.</summary>
/// <remarks>
/// For query <c>i</c> and key <c>j</c> (positions, see <see cref="AttentionSequence"/>) of one head:
/// <c>s = scale · q·k</c>; with soft-capping <c>s = cap · tanh(s / cap)</c>; then <c>s += bias</c>; invisible pairs count as −∞;
/// <c>out = softmax(s) · v</c>. A row without a visible key gives zeros and a log-sum-exp of −∞, and all its gradients are zero.
/// Query head <c>h</c> reads key head <c>h / (Heads / KeyValueHeads)</c>.
/// </remarks>
/// <typeparam name="T">Element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class AttentionProblem<T>
    where T : unmanaged
{
    /// <summary>Query heads, a multiple of <see cref="KeyValueHeads"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a query and a key row.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of a value and an output row.</summary>
    public required int ValueDim { get; init; }

    /// <summary>The independent attentions of this call. Their query rows do not overlap, nor do their key rows.</summary>
    public required ImmutableArray<AttentionSequence> Sequences { get; init; }

    /// <summary>Query rows, <see cref="Heads"/> heads.</summary>
    public required AttentionView<T> Query { get; init; }

    /// <summary>Key rows, <see cref="KeyValueHeads"/> heads.</summary>
    public required AttentionView<T> Key { get; init; }

    /// <summary>Value rows, <see cref="KeyValueHeads"/> heads.</summary>
    public required AttentionView<T> Value { get; init; }

    /// <summary>Additive bias: rows are queries, columns keys of a sequence; strides of 0 broadcast. Empty when there is none.</summary>
    public AttentionView<T> Bias { get; init; }

    /// <summary>Whether a query sees only keys at its own position and before.</summary>
    public bool Causal { get; init; }

    /// <summary>Width <c>w</c> of the window: keys in <c>(i − w, i]</c> when causal, <c>|i − j| &lt; w</c> otherwise.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Factor of the dot products.</summary>
    public required double Scale { get; init; }

    /// <summary>Bound of the scaled scores, or <see langword="null"/>.</summary>
    public double? SoftCap { get; init; }

    /// <summary>Query heads that share a key head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>The keys [Begin, End) that a query row may see by position; the sequence's key mask can still punch holes into it.</summary>
    /// <remarks>Both ends never fall from one row to the next, which the kernels rely on.</remarks>
    public (int Begin, int End) VisibleKeys(in AttentionSequence sequence, int row)
    {
        long position = (long)sequence.QueryStart + row;
        long begin = sequence.KeyBegin;
        long end = sequence.KeyEnd;
        if (SlidingWindow is { } window)
        {
            begin = Math.Max(begin, position - window + 1);
            end = Math.Min(end, position + window);
        }

        if (Causal)
        {
            end = Math.Min(end, position + 1);
        }

        begin = Math.Min(begin, sequence.KeyEnd);
        return ((int)begin, (int)Math.Max(begin, end));
    }
}
