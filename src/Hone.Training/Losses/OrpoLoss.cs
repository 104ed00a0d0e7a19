using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Odds-ratio preference optimisation: supervised fine-tuning on chosen answers that also raises their odds over the rejected ones. Needs no reference model.</summary>
/// <remarks>
/// With mean log-probabilities c and r of an answer's tokens: <c>L = α·nll − mean(β·ln σ(o))</c>, <c>o = (c − r) − (ln(1 − e^c) − ln(1 − e^r))</c>,
/// nll the mean over all chosen tokens, α = 1 as in the paper. Where a mean probability is above 1 − 1e-6 its odds stay at that bound: beyond, they are infinite in f32.
/// Source: Hong et al., arXiv:2403.07691, equations 6 and 7.
/// </remarks>
[Loss("orpo")]
public sealed record OrpoLoss : PairLoss
{
    // ln(1 − 1e-6): the probabilities nearest to 1 whose odds f32 holds with three digits.
    private const double LargestLogProbability = -1e-6;

    /// <summary>The defaults.</summary>
    public OrpoLoss() => NllWeight = 1;

    /// <inheritdoc/>
    public override bool NeedsReference => false;

    private protected override string Name => "ORPO";

    private protected override PreferenceLossResult ComputeChecked(PreferencePairs pairs)
    {
        Tensor chosen = pairs.Chosen.Means(), rejected = pairs.Rejected.Means();
        Tensor perPair = Ops.Softplus(LogOdds(rejected) - LogOdds(chosen)) * Beta; // −ln σ(x) = softplus(−x)
        return new PreferenceLossResult(Ops.Mean(perPair), perPair, chosen.Detach() * Beta, rejected.Detach() * Beta);
    }

    private static Tensor LogOdds(Tensor logProbability)
    {
        Tensor bounded = Ops.Clamp(logProbability, double.NegativeInfinity, LargestLogProbability);
        return bounded - Ops.LogOneMinusExp(bounded);
    }
}
