using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Qwen3: each head's queries and keys are normalised before they are rotated; the projections have no bias unless asked for.</summary>
/// <remarks>Source: Yang et al., Qwen3 Technical Report, arXiv:2505.09388, section 2.</remarks>
[ModelFamily("qwen3")]
public sealed record Qwen3Config : DecoderConfig
{
    private const int DefaultHeadDim = 128;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Qwen3Config(ConfigReader json)
        : base(json, tied: false, DefaultHeadDim)
    {
        int? window = json.Flag("use_sliding_window", false) ? json.NullableSize("sliding_window", 4096) : null;
        int fullLayers = json.Integer("max_window_layers", 28, min: 0);
        SlidingWindows = WindowsOf(json, window, layer => window is not null && layer >= fullLayers);
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
        return new RmsNormDecoder(this, weights, (layer, at) => new PreNormLayer(
            HiddenSize,
            RmsNormEps,
            new SelfAttention(
                AttentionOf(layer, rope) with { QkvBias = AttentionBias, OutputBias = AttentionBias, HeadNorm = new HeadNorm(RmsNormEps) }, at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, at.At("mlp")),
            at), rope);
    }
}
