using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A layer whose norms stand before attention and MLP: Llama, Qwen, Mistral, Phi-3 and most others.</summary>
public sealed class PreNormLayer : DecoderLayer
{
    private readonly RmsNorm _attentionNorm, _mlpNorm;
    private readonly AttentionBlock _attention;
    private readonly FeedForwardBlock _mlp;

    /// <summary>Reads the norms below <paramref name="weights"/>' path.</summary>
    public PreNormLayer(int hiddenSize, double eps, AttentionBlock attention, FeedForwardBlock mlp, WeightSource weights)
    {
        _attentionNorm = Child(new RmsNorm(hiddenSize, eps, weights.At("input_layernorm")));
        _attention = Child(attention);
        _mlpNorm = Child(new RmsNorm(hiddenSize, eps, weights.At("post_attention_layernorm")));
        _mlp = Child(mlp);
    }

    /// <inheritdoc/>
    public override ResidualStream Forward(ResidualStream stream, AttentionContext context)
    {
        (Tensor hidden, Tensor x) = _attentionNorm.Forward(stream);
        Tensor attended = _attention.Forward(x, context);
        (hidden, x) = _mlpNorm.Forward(new ResidualStream(hidden, attended));
        return new ResidualStream(hidden, _mlp.Forward(x));
    }
}
