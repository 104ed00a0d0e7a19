using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Qwen2 and Qwen2.5: Llama's layers with a bias on q, k and v, and windows in the upper layers where they are turned on.</summary>
/// <remarks>Source: Yang et al., Qwen2 Technical Report, arXiv:2407.10671, section 2.</remarks>
[ModelFamily("qwen2")]
public sealed record Qwen2Config : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Qwen2Config(ConfigReader json)
        : base(json, tied: false)
    {
        int? window = json.Flag("use_sliding_window", false) ? json.NullableSize("sliding_window", 4096) : null;
        int fullLayers = json.Integer("max_window_layers", 28, min: 0);
        SlidingWindows = WindowsOf(json, window, layer => window is not null && layer >= fullLayers);
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim);
    }

    /// <summary>Rotary embedding.</summary>
    public RopeParameters Rope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        var rope = new RotaryTable(Rope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new PreNormLayer(
            HiddenSize,
            RmsNormEps,
            new SelfAttention(AttentionOf(layer, rope) with { QkvBias = true }, at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, at.At("mlp")),
            at), rope);
    }
}
