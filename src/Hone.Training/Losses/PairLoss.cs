using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Base of the losses on pairs of answers to one prompt each.</summary>
/// <remarks>
/// <c>L = mean(l) + α·nll</c> with the loss l of each pair, and nll the mean negative log-likelihood of all tokens of chosen answers.
/// Source of the second term: Pang et al., Iterative Reasoning Preference Optimization, arXiv:2404.19733, equation 1, over tokens as in TRL's <c>rpo_alpha</c>.
/// </remarks>
public abstract record PairLoss : PreferenceLoss
{
    /// <summary>Weight α of the negative log-likelihood of chosen answers, which keeps their probability from falling; TRL's <c>rpo_alpha</c>, LLaMA-Factory's <c>pref_ftx</c>.</summary>
    [NonNegative]
    public double NllWeight { get; init; }

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="TrainingException">The parts of the batch do not fit each other, an answer has no tokens, or reference values are missing.</exception>
    public PreferenceLossResult Compute(PreferencePairs pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
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

        PreferenceLossResult result = ComputeChecked(pairs);
        if (NllWeight == 0)
        {
            return result;
        }

        Tensor nll = -pairs.Chosen.MeanOfTokens();
        return result with { Loss = result.Loss + (nll * NllWeight), NegativeLogLikelihood = nll.Detach() };
    }

    /// <summary>The first term of the loss of a batch whose parts fit each other.</summary>
    private protected abstract PreferenceLossResult ComputeChecked(PreferencePairs pairs);
}
