namespace Hone.Tensors;

/// <summary>What the cross-entropy of a language model's logits is made of.</summary>
/// <remarks>
/// With logits <c>z</c> (after soft-capping), <c>lse = ln Σ e^z</c> and label <c>y</c>, a token of weight <c>w</c> costs
/// <c>w·[(1 − s)(lse − z_y) + s·(lse − mean z) + c·lse²]</c>; its gradient is <c>w·[softmax(z)_j·(1 + 2c·lse) − (1 − s)·δ_jy − s/V]</c>.
/// Sources: label smoothing s, arXiv:1512.00567, section 7; z-loss c, arXiv:2204.02311, section 5; soft-capping, arXiv:2408.00118, section 2.
/// </remarks>
public sealed record CrossEntropySettings
{
    /// <summary>Labels with this value cost nothing and get no gradient.</summary>
    public const long DefaultIgnoreIndex = -100;

    /// <summary>Labels with this value cost nothing and get no gradient.</summary>
    public long IgnoreIndex { get; init; } = DefaultIgnoreIndex;

    /// <summary>Share of the target spread over the whole vocabulary, in [0, 1].</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Coefficient c of <c>lse²</c>; 0 for none.</summary>
    public float ZLoss { get; init; }

    /// <summary>Logits become <c>cap·tanh(z/cap)</c>; 0 for none.</summary>
    public float SoftCap { get; init; }
}
