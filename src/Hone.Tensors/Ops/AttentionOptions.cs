using System.Collections.Immutable;

namespace Hone.Tensors;

/// <summary>Which keys each query of <see cref="Ops.ScaledDotProductAttention"/> sees, and how scores are formed.</summary>
/// <remarks>
/// Position of a query: row <c>r</c> stands at <c>start + r</c> on the axis of its sequence's keys, where <c>start</c> is
/// <see cref="QueryStart"/> or the sequence's entry of <see cref="QueryStarts"/> and otherwise <c>keys − queries</c>: the last query stands at
/// the last key, as when the keys of earlier tokens come from a cache.
/// </remarks>
public sealed record AttentionOptions
{
    /// <summary>Every query sees every key.</summary>
    public static AttentionOptions Bidirectional { get; } = new();

    /// <summary>A query sees keys at its own position and before.</summary>
    public static AttentionOptions CausalOnly { get; } = new() { Causal = true };

    /// <summary>Whether a query sees only keys at its own position and before.</summary>
    public bool Causal { get; init; }

    /// <summary>
    /// Width <c>w ≥ 1</c> of the window that a query at position <c>i</c> sees: keys <c>j</c> in <c>(i − w, i]</c> when causal, as Mistral and Gemma count it
    /// (<c>sliding_window</c>), and <c>|i − j| &lt; w</c> otherwise (ModernBERT's <c>local_attention</c> of 128 is <c>w = 65</c>).
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Position of the first query of every sequence; may be negative. Not together with <see cref="QueryStarts"/>.</summary>
    public int? QueryStart { get; init; }

    /// <summary>Position of the first query of each sequence, one entry a sequence; empty when not given.</summary>
    public ImmutableArray<int> QueryStarts { get; init; } = [];

    /// <summary>Factor of the dot products; <c>1/√headDim</c> when not given.</summary>
    public double? Scale { get; init; }

    /// <summary>Bound <c>c > 0</c> of the scaled scores: <c>s</c> becomes <c>c·tanh(s/c)</c>, before the bias is added (Gemma 2's <c>attn_logit_softcapping</c>).</summary>
    public double? SoftCap { get; init; }

    /// <summary>The keys that are no padding; all when not given.</summary>
    public KeyPadding? KeyPadding { get; init; }

    /// <summary>Where the sequences begin in packed tokens; a batch of equal lengths when not given.</summary>
    public PackedSequences? Packed { get; init; }

    /// <summary>Rejects settings that no input could fit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="ArgumentException">Two settings contradict each other.</exception>
    internal void Validate()
    {
        if (SlidingWindow < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(SlidingWindow), SlidingWindow, "attention: the window must hold at least one key.");
        }

        if (SoftCap is { } cap && !(cap > 0 && double.IsFinite(cap)))
        {
            throw new ArgumentOutOfRangeException(nameof(SoftCap), cap, "attention: the bound of the scores must be above 0 and finite; leave it out for none.");
        }

        if (Scale is { } scale && !double.IsFinite(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(Scale), scale, "attention: the factor of the scores must be finite.");
        }

        if (QueryStart is not null && !QueryStarts.IsDefaultOrEmpty)
        {
            throw new ArgumentException("attention: QueryStart and QueryStarts are both given; keep one.");
        }
    }
}
