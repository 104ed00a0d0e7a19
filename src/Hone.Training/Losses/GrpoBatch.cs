using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Sampled answers, one behind the other without padding, with the advantage of each.</summary>
public sealed record GrpoBatch
{
    /// <summary>Log-probabilities of the answers' tokens under the trained model, <c>[tokens]</c>; carries the gradient.</summary>
    public required Tensor LogProbabilities { get; init; }

    /// <summary>The same under the model that sampled; the trained model itself when <see langword="null"/>.</summary>
    public Tensor? Old { get; init; }

    /// <summary>The same under the reference model; needed when its divergence has a weight.</summary>
    public Tensor? Reference { get; init; }

    /// <summary>Tokens of each answer, at least 1.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Advantage of each answer; see <see cref="GrpoAdvantages"/>.</summary>
    public required IReadOnlyList<double> Advantages { get; init; }

    /// <summary>Tokens of the whole step, for losses that average over it; those of this batch when not given.</summary>
    public long? StepTokens { get; init; }
}
