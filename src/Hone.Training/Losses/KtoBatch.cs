using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Answers that are each desirable or not, under the trained model and the model it started from.</summary>
public sealed record KtoBatch
{
    /// <summary>Sums of the answers' log-probabilities, <c>[rows]</c>; carries the gradient.</summary>
    public required Tensor LogProbabilities { get; init; }

    /// <summary>The same under the reference model; without gradient.</summary>
    public required Tensor Reference { get; init; }

    /// <summary>Whether each answer is desirable.</summary>
    public required IReadOnlyList<bool> IsDesirable { get; init; }

    /// <summary>Estimated distance z to the reference model, at least 0; <see cref="KtoLoss.EstimateDivergence"/> makes it of mismatched answers.</summary>
    public required double Divergence { get; init; }
}
