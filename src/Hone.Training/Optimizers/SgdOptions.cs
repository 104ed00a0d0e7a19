using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Stochastic gradient descent, with momentum when set; weight decay is added to the gradient.</summary>
/// <remarks>The formula stands at <c>Ops.SgdStep</c>. Source: Sutskever et al., ICML 2013, section 2.</remarks>
[Optimizer("sgd")]
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>Share of the last update that is kept.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double Momentum { get; init; }

    /// <summary>Share of the gradient that does not enter the momentum.</summary>
    [Range(0, 1)]
    public double Dampening { get; init; }

    /// <summary>Whether the step looks ahead by one momentum.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            checks.Report(nameof(Nesterov), "Nesterov's momentum needs a momentum and no dampening", "write momentum: 0.9 and leave dampening out");
        }

        if (Dampening != 0 && Momentum == 0)
        {
            checks.Report(nameof(Dampening), "'dampening' is given without 'momentum'", "write momentum: 0.9, or leave it out");
        }
    }

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new SgdOptimizer(groups, this);
}
