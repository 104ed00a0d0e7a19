using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>A KTO loss with what is logged about it.</summary>
/// <param name="Loss">Scalar to backpropagate from.</param>
/// <param name="PerRow">Loss of each row, <c>[rows]</c>, in their order.</param>
/// <param name="Rewards">Implicit rewards, <c>[rows]</c>; without gradient.</param>
public sealed record KtoLossResult(Tensor Loss, Tensor PerRow, Tensor Rewards);
