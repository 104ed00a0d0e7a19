using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>AdamW for the parameters that Muon does not take; their weight decay is that of their group.</summary>
public sealed record MuonRestOptions
{
    /// <summary>Step size before the schedule.</summary>
    [Positive]
    public required double LearningRate { get; init; }

    /// <summary>Decay of the mean gradient and of the mean squared gradient.</summary>
    [Count(2, 2)]
    [Range(0, 1, MaximumExcluded = true)]
    public IReadOnlyList<double> Betas { get; init; } = [0.9, 0.999];

    /// <summary>Added to the denominator.</summary>
    [NonNegative]
    public double Eps { get; init; } = 1e-8;
}
