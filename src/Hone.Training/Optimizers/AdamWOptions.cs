using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Adam with decoupled weight decay, 0.01 unless set.</summary>
/// <remarks>The formula stands at <c>Ops.AdamWStep</c>. Source: Loshchilov and Hutter, arXiv:1711.05101, algorithm 2.</remarks>
[Optimizer("adamw")]
public sealed record AdamWOptions : OptimizerOptions
{
    /// <summary>The defaults.</summary>
    public AdamWOptions() => WeightDecay = 0.01;

    /// <summary>Decay of the mean gradient and of the mean squared gradient.</summary>
    [Count(2, 2)]
    [Range(0, 1, MaximumExcluded = true)]
    public IReadOnlyList<double> Betas { get; init; } = [0.9, 0.999];

    /// <summary>Added to the denominator.</summary>
    [NonNegative]
    public double Eps { get; init; } = 1e-8;

    /// <summary>Whether the largest second moment so far is used (AMSGrad).</summary>
    public bool Amsgrad { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new AdamOptimizer(groups, new AdamUpdate(Betas[0], Betas[1], Eps, Amsgrad, IsDecoupled: true));
}
