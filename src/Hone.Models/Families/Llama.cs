using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Llama 1 to 3.2, and the many checkpoints that share its layout (SmolLM2, TinyLlama, Yi, …).</summary>
/// <remarks>Source: Touvron et al., arXiv:2307.09288; Llama Team, arXiv:2407.21783, section 3.2.</remarks>
[ModelFamily("llama")]
public sealed record LlamaConfig : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public LlamaConfig(ConfigReader json)
        : base(json, tied: false)
    {
        AttentionBias = json.Flag("attention_bias", false);
        MlpBias = json.Flag("mlp_bias", false);
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim);
    }

    /// <summary>Whether all four attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>Whether the MLP's projections have a bias.</summary>
    public bool MlpBias { get; }

    /// <summary>Rotary embedding.</summary>
    public RopeParameters Rope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        var rope = new RotaryTable(Rope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new PreNormLayer(
            HiddenSize,
            RmsNormEps,
            new SelfAttention(AttentionOf(layer, rope) with { QkvBias = AttentionBias, OutputBias = AttentionBias }, at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, MlpBias, at.At("mlp")),
            at), rope);
    }
}
