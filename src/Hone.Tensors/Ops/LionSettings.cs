namespace Hone.Tensors;

/// <summary>What all tensors of one Lion step share.</summary>
public sealed record LionSettings
{
    /// <summary>Share of the momentum in the sign that is stepped along, in [0, 1).</summary>
    public required double Beta1 { get; init; }

    /// <summary>Decay of the momentum, in [0, 1).</summary>
    public required double Beta2 { get; init; }

    /// <summary>Multiplies every gradient as it is read: clipping without a pass of its own.</summary>
    public float GradientScale { get; init; } = 1f;
}
