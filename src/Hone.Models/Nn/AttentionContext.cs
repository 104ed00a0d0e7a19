using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>What attention layers know about the tokens of this pass: their positions, which sequence each belongs to, and where earlier keys and values lie.</summary>
/// <remarks>
/// Tokens of all sequences lie one after the other without padding: hidden states are <c>[tokens, hidden]</c>, heads <c>[tokens, heads, headDim]</c>.
/// A context serves one pass. Training and scoring attend within the pass (<see cref="PackedAttentionContext"/>); generation attends over a paged cache.
/// </remarks>
public abstract class AttentionContext
{
    private int? _rotaryLength;

    /// <summary>i32 <c>[tokens]</c>: position of every token in its own sequence.</summary>
    public abstract Tensor Positions { get; }

    /// <summary>
    /// Number of positions that rotary embeddings are made for: above every position of the pass. Scalings that go by the text's length (dynamic, longrope)
    /// take it for that length, so an engine whose results must not depend on the rest of the batch gives a constant.
    /// </summary>
    public virtual int RotaryLength => _rotaryLength ??= Positions.ElementCount == 0 ? 0 : Positions.ToArray<int>().Max() + 1;

    /// <summary>
    /// Consecutive rows that go by a text's length of their own in scalings by length, covering all rows; all rows go by <see cref="RotaryLength"/> when not given.
    /// An engine tells them apart here, so that a result does not depend on the rest of the batch. Other scalings do not look at it.
    /// </summary>
    public virtual IReadOnlyList<RotarySpan>? RotarySpans => null;

    /// <summary>Attends for one layer, adding this pass's keys and values to the cache where there is one.</summary>
    /// <param name="layer">Index of the layer, from 0: names its part of the cache.</param>
    /// <param name="q"><c>[tokens, heads, headDim]</c>, already rotated.</param>
    /// <param name="k"><c>[tokens, kvHeads, headDim]</c>, already rotated; heads is a multiple of kvHeads.</param>
    /// <param name="v"><c>[tokens, kvHeads, headDim]</c>.</param>
    /// <param name="options">Mask, window, scale and cap of the layer; which tokens belong together is the context's to add.</param>
    /// <returns><c>[tokens, heads, headDim]</c>.</returns>
    public abstract Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionOptions options);
}
