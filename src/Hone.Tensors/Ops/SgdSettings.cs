namespace Hone.Tensors;

/// <summary>What all tensors of one step of stochastic gradient descent share.</summary>
public sealed record SgdSettings
{
    /// <summary>Share of the last update that is kept; 0 needs no state.</summary>
    public double Momentum { get; init; }

    /// <summary>Share of the gradient that does not enter the momentum, after the first step.</summary>
    public double Dampening { get; init; }

    /// <summary>Whether the step looks ahead by one momentum.</summary>
    public bool IsNesterov { get; init; }

    /// <summary>Multiplies every gradient as it is read: clipping without a pass of its own.</summary>
    public float GradientScale { get; init; } = 1f;
}
