using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>RMSprop: gradients divided by the root of their mean square; weight decay is added to the gradient.</summary>
/// <remarks>The formula stands at <c>Ops.RmsPropStep</c>. Source: Tieleman and Hinton 2012, lecture 6e.</remarks>
[Optimizer("rmsprop")]
public sealed record RmsPropOptions : OptimizerOptions
{
    /// <summary>Decay of the mean square.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double Alpha { get; init; } = 0.99;

    /// <summary>Added to the denominator.</summary>
    [NonNegative]
    public double Eps { get; init; } = 1e-8;

    /// <summary>Share of the last update that is kept.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double Momentum { get; init; }

    /// <summary>Whether the variance of the gradient is used instead of its mean square.</summary>
    public bool Centered { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new RmsPropOptimizer(groups, this);
}
