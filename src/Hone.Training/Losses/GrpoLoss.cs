using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Group-relative policy optimisation and its relatives: raises the likelihood of answers with more than average reward, in small steps.</summary>
/// <remarks>
/// With <c>w = e^(new − old)</c> of a token (or, at sequence level, e to the mean over the answer) and advantage A:
/// <c>l = −min(min(w, δ)·A, clip(w, 1 − ε_low, 1 + ε_high)·A) + β·k</c>; for cispo <c>l = −min(w, ε_high)·A·new + β·k</c>, the first factor without gradient;
/// <c>k = e^(ref − new) − (ref − new) − 1</c>. The average over tokens is that of <see cref="LossType"/>.
/// Source: Shao et al., arXiv:2402.03300; dr_grpo: Liu et al., arXiv:2503.20783; dapo: Yu et al., arXiv:2503.14476;
/// sequence level: Zheng et al., arXiv:2507.18071; cispo: MiniMax, arXiv:2506.13585; k: Schulman 2020, Approximating KL divergence.
/// </remarks>
[PolicyLoss("grpo")]
public sealed record GrpoLoss : ICheckedOptions
{
    private const string Name = "GRPO";

    /// <summary>How the ratio is limited and tokens are averaged.</summary>
    public GrpoLossType LossType { get; init; } = GrpoLossType.Dapo;

    /// <summary>What the importance ratio compares.</summary>
    public ImportanceLevel ImportanceLevel { get; init; } = ImportanceLevel.Token;

    /// <summary>Weight of the divergence from the reference model; 0 needs no reference model.</summary>
    [NonNegative]
    public double Beta { get; init; }

    /// <summary>How far below 1 the ratio counts.</summary>
    [Range(0, 1)]
    public double EpsilonLow { get; init; } = 0.2;

    /// <summary>How far above 1 the ratio counts; for cispo the largest ratio.</summary>
    [NonNegative]
    public double EpsilonHigh { get; init; } = 0.2;

    /// <summary>Largest ratio where a negative advantage leaves it unclipped.</summary>
    [Range(1, double.PositiveInfinity, MinimumExcluded = true)]
    public double? Delta { get; init; }

    /// <summary>The fixed length that dr_grpo divides by.</summary>
    [Positive]
    public int? MaxCompletionLength { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (LossType == GrpoLossType.DrGrpo && MaxCompletionLength is null)
        {
            checks.Report(nameof(MaxCompletionLength), "loss type dr_grpo divides by 'max_completion_length', which is missing", "add max_completion_length: 512");
        }

        if (LossType == GrpoLossType.Cispo && Delta is not null)
        {
            checks.Report(nameof(Delta), "loss type cispo has no second bound on the ratio", "leave 'delta' out");
        }
    }

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="TrainingException">The parts of the batch do not fit each other, an answer has no tokens, or reference values are missing.</exception>
    public GrpoLossResult Compute(GrpoBatch batch)
    {
        Tensor x = batch.LogProbabilities;
        int[] counts = [.. batch.Counts];
        LossTensors.RequireTokens(Name, counts);
        LossTensors.Require(Name, "log-probabilities", x, counts.Sum(count => (long)count), x.DType);
        Tensor advantages = LossTensors.Constant([.. batch.Advantages], x.DType);
        LossTensors.Require(Name, "advantages", advantages, counts.Length, x.DType);
        Tensor old = batch.Old?.Detach() ?? x.Detach();
        LossTensors.Require(Name, "log-probabilities of the sampling model", old, x.ElementCount, x.DType);

        Tensor perToken = Objective(x, old, Ops.SegmentRepeat(advantages, counts), counts);
        Tensor? divergence = null;
        if (batch.Reference is not null || Beta > 0)
        {
            LossTensors.Require(Name, "log-probabilities of the reference model", batch.Reference, x.ElementCount, x.DType);
            Tensor ratio = batch.Reference! - x; // Require has seen it
            divergence = Ops.AddScalar(Ops.Exp(ratio) - ratio, -1);
            perToken = Beta > 0 ? perToken + (divergence * Beta) : perToken;
        }

        return new GrpoLossResult(Average(perToken, counts, batch.StepTokens), perToken) { Divergence = divergence?.Detach() };
    }

    private Tensor Objective(Tensor x, Tensor old, Tensor advantages, int[] counts)
    {
        Tensor change = x - old;
        if (ImportanceLevel == ImportanceLevel.Sequence)
        {
            change = Ops.SegmentRepeat(new SequenceLogProbabilities(Ops.SegmentSum(change, counts), counts).Means(), counts);
        }

        Tensor ratio = Ops.Exp(change);
        if (LossType == GrpoLossType.Cispo)
        {
            return -(Ops.Clamp(ratio, double.NegativeInfinity, EpsilonHigh).Detach() * advantages * x);
        }

        Tensor bounded = Delta is { } delta ? Ops.Clamp(ratio, double.NegativeInfinity, delta) : ratio;
        return -Ops.Minimum(bounded * advantages, Ops.Clamp(ratio, 1 - EpsilonLow, 1 + EpsilonHigh) * advantages);
    }

    private Tensor Average(Tensor perToken, int[] counts, long? stepTokens) => LossType switch
    {
        GrpoLossType.Grpo => Ops.Mean(SequenceLogProbabilities.FromTokens(perToken, counts).Means()),
        GrpoLossType.DrGrpo => Ops.Sum(perToken) * (1 / ((double)counts.Length * (MaxCompletionLength ?? throw new TrainingException(
            "GRPO: loss type dr_grpo divides by a fixed length, which is missing.", "loss.max_completion_length", "nothing given", "Add max_completion_length: 512.")))),
        GrpoLossType.Dapo or GrpoLossType.Cispo => Ops.Sum(perToken) * (1.0 / (stepTokens ?? perToken.ElementCount)),
        _ => Ops.Mean(perToken),
    };
}
