namespace Hone.Tensors;

/// <summary>What all tensors of one AdamW step share.</summary>
public sealed record AdamWSettings
{
    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public required double Beta1 { get; init; }

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public required double Beta2 { get; init; }

    /// <summary>Added to the denominator.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Number of this step, from 1.</summary>
    public required long Step { get; init; }

    /// <summary>Decoupled decay (AdamW); otherwise <c>weightDecay·parameter</c> is added to the gradient (Adam with L2).</summary>
    public bool IsDecoupled { get; init; } = true;

    /// <summary>Multiplies every gradient as it is read: clipping without a pass of its own.</summary>
    public float GradientScale { get; init; } = 1f;
}
