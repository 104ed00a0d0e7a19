namespace Hone.Tensors;

/// <summary>What all tensors of one Adafactor step share.</summary>
public sealed record AdafactorSettings
{
    /// <summary>Decay of the second moment in this step, in [0, 1).</summary>
    public required double Beta2 { get; init; }

    /// <summary>Decay of the first moment, in [0, 1); only for tensors that have one.</summary>
    public double Beta1 { get; init; }

    /// <summary>Added to squared gradients.</summary>
    public required double SquareEpsilon { get; init; }

    /// <summary>Largest root mean square of an update before it is multiplied by the learning rate.</summary>
    public required double ClipThreshold { get; init; }

    /// <summary>Multiplies every gradient as it is read: clipping without a pass of its own.</summary>
    public float GradientScale { get; init; } = 1f;
}
