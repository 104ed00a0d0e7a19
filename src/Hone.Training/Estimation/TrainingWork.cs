using Hone.Models;
using Hone.Models.Nn;

namespace Hone.Training.Estimation;

/// <summary>How much arithmetic a micro-batch is, in multiply-adds: what its time is in proportion to.</summary>
/// <remarks>
/// Per token <c>N·(2 + w + r)</c> for the N weights of the decoder's linear layers: forward, gradient of the input, gradient of the weight (w = 1 when it is
/// trained), forward once more with gradient checkpointing (r = 1); per target the same for the head; per sequence of length l the attention's causal
/// half of <c>2·l²·width</c> in every layer, 2.5 times as much backward. Source: Kaplan et al. 2020, arXiv:2001.08361, section 2.1; the attention's
/// backward after Dao 2023, arXiv:2307.08691, section 3.1.2.
/// </remarks>
internal sealed class TrainingWork
{
    private const double AttentionBackward = 2.5;

    private readonly double _perToken;
    private readonly double _perTarget;
    private readonly double _perSquare;

    private TrainingWork(double perToken, double perTarget, double perSquare)
    {
        _perToken = perToken;
        _perTarget = perTarget;
        _perSquare = perSquare;
    }

    /// <summary>The work of a training step's micro-batches.</summary>
    /// <param name="model">The model.</param>
    /// <param name="trainsWeights">Whether the weights themselves are trained.</param>
    /// <param name="recomputes">Whether activations are computed again in the backward pass.</param>
    public static TrainingWork OfStep(PretrainedModel model, bool trainsWeights, bool recomputes)
    {
        double weights = 2 + (trainsWeights ? 1 : 0);
        return Of(model, weights + (recomputes ? 1 : 0), weights, 1 + AttentionBackward + (recomputes ? 1 : 0));
    }

    /// <summary>The work of an evaluation's micro-batches.</summary>
    /// <param name="model">The model.</param>
    public static TrainingWork OfEvaluation(PretrainedModel model) => Of(model, 1, 1, 1);

    /// <summary>Work of a micro-batch.</summary>
    /// <param name="lengths">Tokens of its sequences.</param>
    /// <param name="targets">Tokens that are predicted.</param>
    public double Of(IReadOnlyList<int> lengths, double targets) =>
        lengths.Sum(length => (_perToken * length) + (_perSquare * length * length)) + (_perTarget * targets);

    private static TrainingWork Of(PretrainedModel model, double decoderPasses, double headPasses, double attentionPasses)
    {
        Linear? head = (model as CausalLm)?.Head;
        double decoder = model.Modules().OfType<Linear>().Where(layer => layer != head).Sum(SizeOf);
        double attention = model is CausalLm { Config: var config } ? (double)config.NumHiddenLayers * config.NumAttentionHeads * config.HeadDim : 0;
        return new TrainingWork(decoder * decoderPasses, (head is null ? 0 : SizeOf(head)) * headPasses, attention * attentionPasses);
    }

    private static double SizeOf(Linear layer) => (double)layer.InFeatures * layer.OutFeatures;
}
