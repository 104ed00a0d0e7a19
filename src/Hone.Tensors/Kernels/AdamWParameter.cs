namespace Hone.Tensors.Kernels;

/// <summary>One tensor of an optimizer step: its values, gradient and moments, all contiguous f32 of <see cref="Count"/> elements.</summary>
internal readonly unsafe struct AdamWParameter
{
    /// <summary>Values, updated.</summary>
    public required float* Parameter { get; init; }

    /// <summary>Gradient, read only.</summary>
    public required float* Gradient { get; init; }

    /// <summary>Running mean of the gradient, updated.</summary>
    public required float* FirstMoment { get; init; }

    /// <summary>Running mean of its square, updated.</summary>
    public required float* SecondMoment { get; init; }

    /// <summary>Largest second moment so far (AMSGrad), updated; null without AMSGrad.</summary>
    public float* MaxSecondMoment { get; init; }

    /// <summary>Elements.</summary>
    public required long Count { get; init; }

    /// <summary>Step size of this tensor.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Weight decay of this tensor.</summary>
    public required double WeightDecay { get; init; }
}
