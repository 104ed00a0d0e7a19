namespace Hone.Tensors.Kernels;

/// <summary>One tensor of an element-wise optimizer step: its values, gradient and state, all contiguous f32 of <see cref="Count"/> elements.</summary>
internal readonly unsafe struct StepParameter
{
    /// <summary>Values, updated.</summary>
    public required float* Parameter { get; init; }

    /// <summary>Gradient, read only.</summary>
    public required float* Gradient { get; init; }

    /// <summary>First state, updated; null when the step has none.</summary>
    public float* First { get; init; }

    /// <summary>Second state, updated; null when the step has none.</summary>
    public float* Second { get; init; }

    /// <summary>Third state, updated; null when the step has none.</summary>
    public float* Third { get; init; }

    /// <summary>Elements.</summary>
    public required long Count { get; init; }

    /// <summary>Multiplies the gradient as it is read.</summary>
    public float GradientScale { get; init; }

    /// <summary>Step size of this tensor.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Weight decay of this tensor.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Whether this tensor has not been updated before.</summary>
    public bool IsFirstStep { get; init; }
}
