using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Sizes and variants of a layer's <see cref="SelfAttention"/>.</summary>
public sealed record AttentionSettings
{
    /// <summary>Index of the layer, from 0: names its part of the cache.</summary>
    public required int Layer { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Whether the q, k and v projections have a bias.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Norm of each head of q and k; none when not given.</summary>
    public HeadNorm? HeadNorm { get; init; }

    /// <summary>Which keys a query sees, and how scores are formed.</summary>
    public AttentionOptions Options { get; init; } = AttentionOptions.CausalOnly;

    /// <summary>Rotation of q and k; a layer without positions when not given.</summary>
    public RotaryTable? Rope { get; init; }
}
