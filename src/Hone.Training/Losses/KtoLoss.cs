using Hone.Core.Recipes;
using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>Kahneman-Tversky optimisation: learns from answers that are marked good or bad one by one, without pairs.</summary>
/// <remarks>
/// With log-ratio x of an answer (sum under the model − sum under the reference) and <c>z = max(0, mean log-ratio of mismatched answers)</c>, without gradient:
/// <c>λ_D·(1 − σ(β·(x − z)))</c> for desirable answers, <c>λ_U·(1 − σ(β·(z − x)))</c> for others, and the mean of both kinds together.
/// Source: Ethayarajh et al., arXiv:2402.01306, equation 8.
/// </remarks>
[Loss("kto")]
public sealed record KtoLoss : PreferenceLoss
{
    /// <summary>Weight λ_D of desirable answers; raise it when they are fewer.</summary>
    [NonNegative]
    public double DesirableWeight { get; init; } = 1;

    /// <summary>Weight λ_U of undesirable answers.</summary>
    [NonNegative]
    public double UndesirableWeight { get; init; } = 1;

    /// <inheritdoc/>
    public override bool NeedsReference => true;

    private protected override string Name => "KTO";

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        if (DesirableWeight == 0 && UndesirableWeight == 0)
        {
            checks.Report(nameof(DesirableWeight), "both weights are 0, so that nothing is learnt", "raise one");
        }
    }

    /// <summary>The distance z to the reference model: the mean log-ratio of mismatched answers, 0 where that is negative.</summary>
    /// <param name="mismatched">Sums of mismatched answers under the trained model, at least one.</param>
    /// <param name="reference">The same under the reference model, in the same order.</param>
    public static double EstimateDivergence(IReadOnlyList<double> mismatched, IReadOnlyList<double> reference)
    {
        ArgumentNullException.ThrowIfNull(mismatched);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentOutOfRangeException.ThrowIfZero(mismatched.Count, nameof(mismatched));
        ArgumentOutOfRangeException.ThrowIfNotEqual(reference.Count, mismatched.Count, nameof(reference));
        return Math.Max(0, mismatched.Zip(reference, (own, other) => own - other).Sum() / mismatched.Count);
    }

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="TrainingException">The parts of the batch do not fit each other.</exception>
    public KtoLossResult Compute(KtoBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor x = batch.LogProbabilities;
        int rows = batch.IsDesirable.Count;
        LossTensors.RequireTokens(Name, [.. batch.IsDesirable.Select(_ => 1)]); // at least one row
        LossTensors.Require(Name, "log-probabilities", x, rows, x.DType);
        LossTensors.Require(Name, "log-probabilities of the reference model", batch.Reference, rows, x.DType);
        if (!double.IsFinite(batch.Divergence) || batch.Divergence < 0)
        {
            throw new TrainingException($"{Name}: the distance to the reference model is not possible.", "loss", $"{batch.Divergence}", "Look at the mismatched answers; lower the learning rate.");
        }

        Tensor ratio = x - batch.Reference;
        Tensor sign = LossTensors.Constant([.. batch.IsDesirable.Select(good => good ? Beta : -Beta)], x.DType);
        Tensor weight = LossTensors.Constant([.. batch.IsDesirable.Select(good => good ? DesirableWeight : UndesirableWeight)], x.DType);
        Tensor perRow = Ops.Sigmoid(-(Ops.AddScalar(ratio, -batch.Divergence) * sign)) * weight; // 1 − σ(y) = σ(−y)
        return new KtoLossResult(Ops.Mean(perRow), perRow, ratio.Detach() * Beta);
    }
}
