using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>A GRPO loss with what is logged about it.</summary>
/// <param name="Loss">Scalar to backpropagate from.</param>
/// <param name="PerToken">Loss of each token before averaging, <c>[tokens]</c>.</param>
public sealed record GrpoLossResult(Tensor Loss, Tensor PerToken)
{
    /// <summary>Estimated divergence from the reference model of each token, <c>[tokens]</c>, without gradient; where the batch has reference values.</summary>
    public Tensor? Divergence { get; init; }
}
