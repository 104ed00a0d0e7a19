using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>OLMo 2: norms behind attention and MLP instead of before, and over all of a token's queries and keys.</summary>
/// <remarks>Source: OLMo Team, 2 OLMo 2 Furious, arXiv:2501.00656, section 2.</remarks>
[ModelFamily("olmo2")]
public sealed record Olmo2Config : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Olmo2Config(ConfigReader json)
        : base(json, tied: false)
    {
        RmsNormEps = json.Number("rms_norm_eps", 1e-5);
        AttentionBias = json.Flag("attention_bias", false);
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim);
    }

    /// <summary>Whether all four attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>Rotary embedding.</summary>
    public RopeParameters Rope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        var rope = new RotaryTable(Rope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new Olmo2DecoderLayer(this, layer, rope, at), rope);
    }

    internal AttentionSettings Settings(int layer, RotaryTable rope) => AttentionOf(layer, rope) with { QkvBias = AttentionBias, OutputBias = AttentionBias };
}

/// <summary>Self-attention that normalises a token's queries over all heads, and its keys likewise, before they are rotated.</summary>
public sealed class Olmo2Attention : AttentionBlock
{
    private readonly AttentionSettings _settings;
    private readonly RotaryTable _rope;
    private readonly Linear _qProj, _kProj, _vProj, _oProj;
    private readonly LinearGroup _qkv;
    private readonly RmsNorm _qNorm, _kNorm;

    /// <summary>Reads <c>{q,k,v,o}_proj</c> and <c>{q,k}_norm</c> below <paramref name="weights"/>' path.</summary>
    public Olmo2Attention(AttentionSettings settings, double eps, RotaryTable rope, WeightSource weights)
    {
        _settings = settings;
        _rope = rope;
        int queryWidth = settings.NumAttentionHeads * settings.HeadDim;
        int kvWidth = settings.NumKeyValueHeads * settings.HeadDim;
        _qProj = Child(new Linear(settings.HiddenSize, queryWidth, settings.QkvBias, weights.At("q_proj")));
        _kProj = Child(new Linear(settings.HiddenSize, kvWidth, settings.QkvBias, weights.At("k_proj")));
        _vProj = Child(new Linear(settings.HiddenSize, kvWidth, settings.QkvBias, weights.At("v_proj")));
        _oProj = Child(new Linear(queryWidth, settings.HiddenSize, settings.OutputBias, weights.At("o_proj")));
        _qkv = Child(new LinearGroup(weights, _qProj, _kProj, _vProj));
        _qNorm = Child(new RmsNorm(queryWidth, eps, weights.At("q_norm")));
        _kNorm = Child(new RmsNorm(kvWidth, eps, weights.At("k_norm")));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, AttentionContext context)
    {
        Tensor[] projected = _qkv.Forward(x);
        Tensor q = _rope.Rotate(SplitHeads(_qNorm.Forward(projected[0]), _settings.NumAttentionHeads), context);
        Tensor k = _rope.Rotate(SplitHeads(_kNorm.Forward(projected[1]), _settings.NumKeyValueHeads), context);
        Tensor v = SplitHeads(projected[2], _settings.NumKeyValueHeads);
        return _oProj.Forward(MergeHeads(context.Attend(_settings.Layer, q, k, v, _settings.Options)));
    }
}

/// <summary>A layer that normalises what attention and MLP give before it is added.</summary>
public sealed class Olmo2DecoderLayer : DecoderLayer
{
    private readonly Olmo2Attention _attention;
    private readonly GatedMlp _mlp;
    private readonly RmsNorm _afterAttention, _afterMlp;

    /// <summary>Reads one <c>model.layers.{i}</c> subtree of the checkpoint.</summary>
    public Olmo2DecoderLayer(Olmo2Config config, int layer, RotaryTable rope, WeightSource weights)
    {
        _attention = Child(new Olmo2Attention(config.Settings(layer, rope), config.RmsNormEps, rope, weights.At("self_attn")));
        _afterAttention = Child(new RmsNorm(config.HiddenSize, config.RmsNormEps, weights.At("post_attention_layernorm")));
        _mlp = Child(new GatedMlp(config.HiddenSize, config.IntermediateSize, config.HiddenAct, bias: false, weights.At("mlp")));
        _afterMlp = Child(new RmsNorm(config.HiddenSize, config.RmsNormEps, weights.At("post_feedforward_layernorm")));
    }

    /// <inheritdoc/>
    public override ResidualStream Forward(ResidualStream stream, AttentionContext context)
    {
        Tensor hidden = stream.Sum();
        hidden += _afterAttention.Forward(_attention.Forward(hidden, context));
        return new ResidualStream(hidden, _afterMlp.Forward(_mlp.Forward(hidden)));
    }
}
