using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Mistral: Llama's layers behind a sliding window, where one is set.</summary>
/// <remarks>Source: Jiang et al., Mistral 7B, arXiv:2310.06825, section 2.</remarks>
[ModelFamily("mistral")]
public sealed record MistralConfig : DecoderConfig
{
    private const int DefaultWindow = 4096; // where config.json says nothing; null means no window

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public MistralConfig(ConfigReader json)
        : base(json, tied: false)
    {
        int? window = json.NullableSize("sliding_window", DefaultWindow);
        SlidingWindows = WindowsOf(json, window, _ => window is not null);
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
            new SelfAttention(AttentionOf(layer, rope), at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, at.At("mlp")),
            at), rope);
    }
}
