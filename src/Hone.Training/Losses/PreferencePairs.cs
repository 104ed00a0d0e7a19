using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Pairs of answers to one prompt each, of which one is preferred, under the trained model and the model it started from.</summary>
public sealed record PreferencePairs
{
    /// <summary>The preferred answers.</summary>
    public required SequenceLogProbabilities Chosen { get; init; }

    /// <summary>The other answers, in the same order.</summary>
    public required SequenceLogProbabilities Rejected { get; init; }

    /// <summary>Sums of the preferred answers under the reference model, <c>[pairs]</c>, of the type of <see cref="Chosen"/>; without gradient.</summary>
    public Tensor? ReferenceChosen { get; init; }

    /// <summary>Sums of the other answers under the reference model.</summary>
    public Tensor? ReferenceRejected { get; init; }
}
