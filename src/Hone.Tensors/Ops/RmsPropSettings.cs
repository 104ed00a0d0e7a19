namespace Hone.Tensors;

/// <summary>What all tensors of one RMSprop step share.</summary>
public sealed record RmsPropSettings
{
    /// <summary>Decay of the mean square, in [0, 1).</summary>
    public required double Alpha { get; init; }

    /// <summary>Added to the denominator.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Share of the last update that is kept; 0 needs no state.</summary>
    public double Momentum { get; init; }

    /// <summary>Whether the mean gradient is taken out of the mean square: the variance instead of the second moment.</summary>
    public bool IsCentered { get; init; }

    /// <summary>Multiplies every gradient as it is read: clipping without a pass of its own.</summary>
    public float GradientScale { get; init; } = 1f;
}
