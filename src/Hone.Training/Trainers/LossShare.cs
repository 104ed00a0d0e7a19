using Hone.Tensors;

namespace Hone.Training.Trainers;

/// <summary>A micro-batch's share of a loss.</summary>
/// <param name="Loss">What is differentiated, a scalar.</param>
/// <param name="Value">What is reported: the same number as exactly as it is known, without what regularisation adds.</param>
public readonly record struct LossShare(Tensor Loss, double Value)
{
    /// <summary>The micro-batch's shares of what else is reported; <see langword="null"/> for nothing.</summary>
    public StepFigures? Figures { get; init; }
}
