using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>A preference loss with what is logged about it.</summary>
/// <param name="Loss">Scalar to backpropagate from.</param>
/// <param name="PerPair">The part of the loss that compares the answers, <c>[pairs]</c>.</param>
/// <param name="ChosenRewards">Implicit rewards of the preferred answers, <c>[pairs]</c>; without gradient.</param>
/// <param name="RejectedRewards">Implicit rewards of the other answers.</param>
public sealed record PreferenceLossResult(Tensor Loss, Tensor PerPair, Tensor ChosenRewards, Tensor RejectedRewards)
{
    /// <summary>Mean negative log-likelihood of the preferred answers' tokens, a scalar, where it is part of the loss.</summary>
    public Tensor? NegativeLogLikelihood { get; init; }
}
