using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Gemma 2: four norms a layer with weights around 0, capped scores and logits, a window in every other layer, scaled embeddings.</summary>
/// <remarks>The factor of the embeddings is √hidden in f32. Source: Gemma Team, arXiv:2408.00118, section 2.</remarks>
[ModelFamily("gemma2")]
public sealed record Gemma2Config : DecoderConfig
{
    private const int DefaultWindow = 4096, DefaultHeadDim = 256;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Gemma2Config(ConfigReader json)
        : base(json, tied: true, DefaultHeadDim)
    {
        json.Expect("use_bidirectional_attention", false);
        SlidingWindows = WindowsOf(json, json.NullableSize("sliding_window", DefaultWindow), layer => layer % 2 == 0);
        AttentionBias = json.Flag("attention_bias", false);
        AttnLogitSoftcapping = json.Json.ContainsKey("attn_logit_softcapping") ? json.OptionalNumber("attn_logit_softcapping") : 50;
        FinalLogitSoftcapping = json.Json.ContainsKey("final_logit_softcapping") ? json.OptionalNumber("final_logit_softcapping") : 30;
        QueryPreAttnScalar = json.Number("query_pre_attn_scalar", DefaultHeadDim);
        HiddenAct = json.Activation("hidden_activation", "gelu_pytorch_tanh");
        EmbeddingFactor = (float)Math.Sqrt(HiddenSize);
        NormWeightOffset = 1;
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim);
    }

    /// <summary>Whether all four attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>Bound of the attention scores.</summary>
    public double? AttnLogitSoftcapping { get; }

    /// <summary>The scores' factor is one over its root.</summary>
    public double QueryPreAttnScalar { get; }

    /// <summary>Rotary embedding.</summary>
    public RopeParameters Rope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        var rope = new RotaryTable(Rope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new SandwichNormLayer(
            HiddenSize,
            RmsNormEps,
            new SelfAttention(Settings(layer, rope), at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, at.At("mlp")),
            at), rope);
    }

    private AttentionSettings Settings(int layer, RotaryTable rope) => AttentionOf(layer, rope) with
    {
        QkvBias = AttentionBias,
        OutputBias = AttentionBias,
        Options = MaskOf(layer) with { Scale = 1 / Math.Sqrt(QueryPreAttnScalar), SoftCap = AttnLogitSoftcapping },
    };
}
