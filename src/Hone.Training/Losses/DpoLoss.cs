using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Direct preference optimisation and its relatives: raises the likelihood of chosen over rejected answers, relative to a reference model.</summary>
/// <remarks>
/// With log-ratios <c>c</c> and <c>r</c> of the chosen and the rejected answer (sum under the model − sum under the reference), <c>d = c − r</c>, and
/// <c>n = c/|chosen| − r/|rejected|</c>; the loss is the mean over pairs of
/// <list type="bullet">
/// <item><c>sigmoid</c>: <c>−ln σ(β·d)</c>. Source: Rafailov et al., arXiv:2305.18290, equation 7.</item>
/// <item><c>hinge</c>: <c>max(0, 1 − β·d)</c>. Source: Zhao et al., arXiv:2305.10425.</item>
/// <item><c>ipo</c>: <c>(n − 1/(2β))²</c>. Source: Azar et al., arXiv:2310.12036, equation 17, per token as in TRL.</item>
/// <item><c>robust</c>: <c>(−(1 − ε)·ln σ(β·d) + ε·ln σ(−β·d))/(1 − 2ε)</c>. Source: Chowdhury et al., arXiv:2403.00409.</item>
/// <item><c>conservative</c>: <c>−(1 − ε)·ln σ(β·d) − ε·ln σ(−β·d)</c>. Source: Mitchell 2023, A note on DPO with noisy preferences.</item>
/// <item><c>sigmoid_norm</c>: <c>−ln σ(β·n)</c>. Source: Lambert et al., arXiv:2411.15124.</item>
/// <item><c>apo_zero</c>: <c>1 − σ(β·c) + σ(β·r)</c>; <c>apo_down</c>: <c>σ(β·c) + 1 − σ(β·d)</c>. Source: D'Oosterlinck et al., arXiv:2408.06266, section 4.</item>
/// <item><c>bco_pair</c>: <c>−ln σ(β·c) − ln σ(−β·r)</c>. Source: Jung et al., arXiv:2404.04656, without reward shift.</item>
/// <item><c>nca_pair</c>: <c>−ln σ(β·c) − ½·ln σ(−β·c) − ½·ln σ(−β·r)</c>. Source: Chen et al., arXiv:2402.05369.</item>
/// <item><c>sppo_hard</c>: <c>(c − 1/(2β))² + (r + 1/(2β))²</c>. Source: Wu et al., arXiv:2405.00675.</item>
/// </list>
/// </remarks>
[Loss("dpo")]
public sealed record DpoLoss : PairLoss
{
    /// <summary>The function of the log-ratios.</summary>
    public DpoLossType LossType { get; init; } = DpoLossType.Sigmoid;

    /// <summary>Share ε of pairs whose labels are taken to be swapped; for <c>robust</c> and <c>conservative</c>.</summary>
    [Range(0, 0.5, MaximumExcluded = true)]
    public double LabelSmoothing { get; init; }

    /// <inheritdoc/>
    public override bool NeedsReference => true;

    private protected override string Name => "DPO";

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        if (LabelSmoothing != 0 && LossType is not (DpoLossType.Robust or DpoLossType.Conservative))
        {
            checks.Report(nameof(LabelSmoothing), "'label_smoothing' is used by the loss types robust and conservative alone", "write loss_type: conservative, or leave it out");
        }
    }

    private protected override PreferenceLossResult ComputeChecked(PreferencePairs pairs)
    {
        Tensor chosen = pairs.Chosen.Sums - pairs.ReferenceChosen!; // Compute has checked both
        Tensor rejected = pairs.Rejected.Sums - pairs.ReferenceRejected!;
        Tensor perPair = PerPair(chosen, rejected, pairs);
        return new PreferenceLossResult(Ops.Mean(perPair), perPair, chosen.Detach() * Beta, rejected.Detach() * Beta);
    }

    private Tensor PerPair(Tensor chosen, Tensor rejected, PreferencePairs pairs)
    {
        Tensor Difference() => (chosen - rejected) * Beta;
        Tensor PerTokenDifference() => pairs.Chosen.PerToken(chosen) - pairs.Rejected.PerToken(rejected);
        Tensor c = chosen * Beta, r = rejected * Beta;
        double half = 0.5 / Beta, smoothing = LabelSmoothing;
        return LossType switch
        {
            DpoLossType.Sigmoid => Ops.Softplus(-Difference()), // −ln σ(x) = softplus(−x)
            DpoLossType.Hinge => Ops.Relu(LossTensors.OneMinus(Difference())),
            DpoLossType.Ipo => Ops.Square(Ops.AddScalar(PerTokenDifference(), -half)),
            DpoLossType.Robust => ((Ops.Softplus(-Difference()) * (1 - smoothing)) - (Ops.Softplus(Difference()) * smoothing)) * (1 / (1 - (2 * smoothing))),
            DpoLossType.Conservative => (Ops.Softplus(-Difference()) * (1 - smoothing)) + (Ops.Softplus(Difference()) * smoothing),
            DpoLossType.SigmoidNorm => Ops.Softplus(PerTokenDifference() * -Beta),
            DpoLossType.ApoZero => LossTensors.OneMinus(Ops.Sigmoid(c)) + Ops.Sigmoid(r),
            DpoLossType.ApoDown => Ops.Sigmoid(c) + LossTensors.OneMinus(Ops.Sigmoid(Difference())),
            DpoLossType.BcoPair => Ops.Softplus(-c) + Ops.Softplus(r),
            DpoLossType.NcaPair => Ops.Softplus(-c) + (Ops.Softplus(c) * 0.5) + (Ops.Softplus(r) * 0.5),
            DpoLossType.SppoHard => Ops.Square(Ops.AddScalar(chosen, -half)) + Ops.Square(Ops.AddScalar(rejected, half)),
            _ => throw new InvalidOperationException($"There is no DPO loss type {LossType}."),
        };
    }
}
