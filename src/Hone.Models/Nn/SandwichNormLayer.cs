using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A layer with a norm before and one behind both attention and MLP: Gemma 2 and 3.</summary>
public sealed class SandwichNormLayer : DecoderLayer
{
    private readonly RmsNorm _attentionNorm, _afterAttention, _mlpNorm, _afterMlp;
    private readonly AttentionBlock _attention;
    private readonly FeedForwardBlock _mlp;

    /// <summary>Reads the norms below <paramref name="weights"/>' path; their weights are stored around 0.</summary>
    public SandwichNormLayer(int hiddenSize, double eps, AttentionBlock attention, FeedForwardBlock mlp, WeightSource weights)
    {
        RmsNorm Norm(string name) => Child(new RmsNorm(hiddenSize, eps, weights.At(name), weightOffset: 1));
        _attentionNorm = Norm("input_layernorm");
        _attention = Child(attention);
        _afterAttention = Norm("post_attention_layernorm");
        _mlpNorm = Norm("pre_feedforward_layernorm");
        _mlp = Child(mlp);
        _afterMlp = Norm("post_feedforward_layernorm");
    }

    /// <inheritdoc/>
    public override ResidualStream Forward(ResidualStream stream, AttentionContext context)
    {
        (Tensor hidden, Tensor x) = _attentionNorm.Forward(stream);
        Tensor attended = _afterAttention.Forward(_attention.Forward(x, context));
        (hidden, x) = _mlpNorm.Forward(new ResidualStream(hidden, attended));
        return new ResidualStream(hidden, _afterMlp.Forward(_mlp.Forward(x)));
    }
}
