namespace Hone.Tensors;

/// <summary>A cross-entropy over the labelled tokens of a batch; the caller chooses what to divide by.</summary>
/// <param name="Sum">Scalar: the weighted sum of everything that is trained on; differentiable.</param>
/// <param name="NegativeLogLikelihood">Weighted sum of the tokens' negative log-likelihoods in nats, without smoothing and z-loss: what perplexity is made of.</param>
/// <param name="WeightSum">Sum of the labelled tokens' weights; their number without weights.</param>
/// <param name="Count">Labelled tokens.</param>
public readonly record struct CrossEntropyLoss(Tensor Sum, double NegativeLogLikelihood, double WeightSum, long Count)
{
    /// <summary>The loss per unit of weight; NaN when no token has a label.</summary>
    public Tensor Mean() => Ops.Scale(Sum, WeightSum == 0 ? double.NaN : 1 / WeightSum);
}
