using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Adafactor: a second moment of matrices kept as row and column means, almost without memory. No relative step and no scaling unless set.</summary>
/// <remarks>The formula stands at <c>Ops.AdafactorStep</c>. Source: Shazeer and Stern, arXiv:1804.04235.</remarks>
[Optimizer("adafactor")]
public sealed record AdafactorOptions : OptimizerOptions
{
    /// <summary>Added to squared gradients; least root mean square of a parameter that its updates are scaled by.</summary>
    [Count(2, 2)]
    [Positive]
    public IReadOnlyList<double> Eps { get; init; } = [1e-30, 1e-3];

    /// <summary>Largest root mean square of an update.</summary>
    [Positive]
    public double ClipThreshold { get; init; } = 1;

    /// <summary>Power of the step in the decay of the second moment, 1 − stepᵖ.</summary>
    [Range(-1, 0, MaximumExcluded = true)]
    public double DecayRate { get; init; } = -0.8;

    /// <summary>Decay of the mean update; no mean is kept when not given.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double? Beta1 { get; init; }

    /// <summary>Whether updates are scaled by the root mean square of the parameter.</summary>
    public bool ScaleParameter { get; init; }

    /// <summary>Whether the step size is min(0.01, 1/√step), multiplied with the learning rate; write <c>learning_rate: 1</c> to take it as it is.</summary>
    public bool RelativeStep { get; init; }

    /// <summary>Whether the relative step begins at 1e-6 and grows with the step instead of being at most 0.01.</summary>
    public bool WarmupInit { get; init; }

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (WarmupInit && !RelativeStep)
        {
            checks.Report(nameof(WarmupInit), "'warmup_init' is given without 'relative_step'", "write relative_step: true, or leave it out and give the schedule a warm-up");
        }
    }

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new AdafactorOptimizer(groups, this);
}
