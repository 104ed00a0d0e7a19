using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Simple preference optimisation: the mean log-probability itself is the reward, with a margin. Needs no reference model.</summary>
/// <remarks>
/// With mean log-probabilities c and r of an answer's tokens: <c>L = mean(−ln σ(β·(c − r) − γ)) + α·nll</c>, nll the mean over all chosen tokens.
/// Source: Meng et al., arXiv:2405.14734, equation 6, whose β and γ/β are the defaults; the likelihood term: Xu et al., arXiv:2401.08417, equation 5.
/// </remarks>
[Loss("simpo")]
public sealed record SimPoLoss : PairLoss
{
    /// <summary>The defaults.</summary>
    public SimPoLoss() => Beta = 2;

    /// <summary>Margin γ by which rewards are to differ.</summary>
    [NonNegative]
    public double Gamma { get; init; } = 1;

    /// <inheritdoc/>
    public override bool NeedsReference => false;

    private protected override string Name => "SimPO";

    private protected override PreferenceLossResult ComputeChecked(PreferencePairs pairs)
    {
        Tensor chosen = pairs.Chosen.Means(), rejected = pairs.Rejected.Means();
        Tensor perPair = Ops.Softplus(Ops.AddScalar((chosen - rejected) * -Beta, Gamma));
        return new PreferenceLossResult(Ops.Mean(perPair), perPair, chosen.Detach() * Beta, rejected.Detach() * Beta);
    }
}
