namespace Hone.Tensors;

/// <summary>One parameter of an optimizer step with its state and its own rates.</summary>
/// <param name="Parameter">f32 or f64; must have a gradient; overwritten.</param>
/// <param name="LearningRate">Step size.</param>
/// <param name="WeightDecay">Decay coefficient.</param>
/// <remarks>State is of the parameter's shape and type, zero before the first step, and overwritten. Each step says which of the three it uses.</remarks>
public sealed record StepTensors(Parameter Parameter, double LearningRate, double WeightDecay)
{
    /// <summary>First state tensor.</summary>
    public Tensor? First { get; init; }

    /// <summary>Second state tensor.</summary>
    public Tensor? Second { get; init; }

    /// <summary>Third state tensor.</summary>
    public Tensor? Third { get; init; }

    /// <summary>Whether the parameter has not been updated before.</summary>
    public bool IsFirstStep { get; init; }
}
