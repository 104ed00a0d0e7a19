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
public sealed record KtoLoss
{
    private const string Name = "KTO";

    /// <summary>How much a difference of log-probabilities counts.</summary>
    [Positive]
    public double Beta { get; init; } = 0.1;

    /// <summary>Weight λ_D of desirable answers; raise it when they are fewer.</summary>
    [NonNegative]
    public double DesirableWeight { get; init; } = 1;

    /// <summary>Weight λ_U of undesirable answers.</summary>
    [NonNegative]
    public double UndesirableWeight { get; init; } = 1;

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="TrainingException">The parts of the batch do not fit each other.</exception>
    public KtoLossResult Compute(KtoBatch batch)
    {
        Tensor x = batch.LogProbabilities;
        int rows = batch.IsDesirable.Count;
        LossTensors.RequireTokens(Name, [.. batch.IsDesirable.Select(_ => 1)]); // at least one row
        LossTensors.Require(Name, "log-probabilities", x, rows, x.DType);
        LossTensors.Require(Name, "log-probabilities of the reference model", batch.Reference, rows, x.DType);
        Tensor mismatched = batch.MismatchedLogProbabilities;
        LossTensors.Require(Name, "mismatched log-probabilities", mismatched, Math.Max(1, mismatched.ElementCount), x.DType);
        LossTensors.Require(Name, "mismatched log-probabilities of the reference model", batch.MismatchedReference, mismatched.ElementCount, x.DType);

        double divergence = Math.Max(0, Ops.Mean(mismatched.Detach() - batch.MismatchedReference.Detach()).Item());
        Tensor ratio = x - batch.Reference;
        Tensor sign = LossTensors.Constant([.. batch.IsDesirable.Select(good => good ? Beta : -Beta)], x.DType);
        Tensor weight = LossTensors.Constant([.. batch.IsDesirable.Select(good => good ? DesirableWeight : UndesirableWeight)], x.DType);
        Tensor perRow = Ops.Sigmoid(-(Ops.AddScalar(ratio, -divergence) * sign)) * weight; // 1 − σ(y) = σ(−y)
        return new KtoLossResult(Ops.Mean(perRow), perRow, ratio.Detach() * Beta, divergence);
    }
}
