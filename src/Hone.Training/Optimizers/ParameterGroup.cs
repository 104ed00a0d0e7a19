using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Parameters that an optimizer treats alike.</summary>
public sealed record ParameterGroup
{
    /// <summary>Says what the parameters have in common; shown with the group's learning rate.</summary>
    public required string Name { get; init; }

    /// <summary>The parameters, f32 or f64; may be none.</summary>
    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>Decay coefficient.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Multiplies the learning rate of the step.</summary>
    public double LearningRateScale { get; init; } = 1;
}
