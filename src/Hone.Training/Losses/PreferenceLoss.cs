using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Base of the losses on pairs of answers, and at the same time the record of their options.</summary>
public abstract record PreferenceLoss : ICheckedOptions
{
    /// <summary>How much a difference of log-probabilities counts.</summary>
    [Positive]
    public double Beta { get; init; } = 0.1;

    /// <summary>Whether the log-probabilities of a reference model are needed.</summary>
    public abstract bool NeedsReference { get; }

    /// <summary>The name in messages.</summary>
    private protected abstract string Name { get; }

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
    }

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="TrainingException">The parts of the batch do not fit each other, an answer has no tokens, or reference values are missing.</exception>
    public PreferenceLossResult Compute(PreferencePairs pairs)
    {
        Tensor sums = pairs.Chosen.Sums;
        LossTensors.RequireTokens(Name, pairs.Chosen.Counts);
        LossTensors.RequireTokens(Name, pairs.Rejected.Counts);
        LossTensors.Require(Name, "chosen log-probabilities", sums, pairs.Chosen.Counts.Count, sums.DType);
        LossTensors.Require(Name, "rejected log-probabilities", pairs.Rejected.Sums, pairs.Rejected.Counts.Count, sums.DType);
        LossTensors.Require(Name, "rejected answers", pairs.Rejected.Sums, sums.ElementCount, sums.DType);
        if (NeedsReference)
        {
            LossTensors.Require(Name, "chosen log-probabilities of the reference model", pairs.ReferenceChosen, sums.ElementCount, sums.DType);
            LossTensors.Require(Name, "rejected log-probabilities of the reference model", pairs.ReferenceRejected, sums.ElementCount, sums.DType);
        }

        return ComputeChecked(pairs);
    }

    /// <summary>The loss of a batch whose parts fit each other.</summary>
    private protected abstract PreferenceLossResult ComputeChecked(PreferencePairs pairs);
}
