using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Lion: every element moves by the learning rate, along the sign of a momentum. Use a third to a tenth of AdamW's learning rate.</summary>
/// <remarks>The formula stands at <c>Ops.LionStep</c>. Source: Chen et al., arXiv:2302.06675, program 1.</remarks>
[Optimizer("lion")]
public sealed record LionOptions : OptimizerOptions
{
    /// <summary>Share of the momentum in the sign, and decay of the momentum.</summary>
    [Count(2, 2)]
    [Range(0, 1, MaximumExcluded = true)]
    public IReadOnlyList<double> Betas { get; init; } = [0.9, 0.99];

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new LionOptimizer(groups, this);
}
