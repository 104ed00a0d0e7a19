using System.Collections.Immutable;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>SmolLM3: Llama's layers, every fourth of them without positions.</summary>
/// <remarks>Source: Yang et al., RoPE to NoPE and Back Again, arXiv:2501.18795.</remarks>
[ModelFamily("smollm3")]
public sealed record SmolLm3Config : DecoderConfig
{
    private const int DefaultInterval = 4;
    private const double DefaultTheta = 2e6;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public SmolLm3Config(ConfigReader json)
        : base(json, tied: true)
    {
        int interval = json.Size("no_rope_layer_interval", DefaultInterval);
        double[] rotated = json.Numbers("no_rope_layers") ?? [.. Enumerable.Range(1, NumHiddenLayers).Select(layer => layer % interval != 0 ? 1.0 : 0)];
        if (rotated.Length != NumHiddenLayers)
        {
            throw json.Wrong("no_rope_layers", $"{rotated.Length} entries for {NumHiddenLayers} layers");
        }

        HasRope = [.. rotated.Select(value => value != 0)];
        int? window = json.Flag("use_sliding_window", false) ? json.NullableSize("sliding_window", absent: null) : null;
        SlidingWindows = WindowsOf(json, window, layer => window is not null && !HasRope[layer]);
        AttentionBias = json.Flag("attention_bias", false);
        MlpBias = json.Flag("mlp_bias", false);
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim, defaultTheta: DefaultTheta);
    }

    /// <summary>For each layer, whether queries and keys are rotated (an entry of 1 in <c>no_rope_layers</c>).</summary>
    public ImmutableArray<bool> HasRope { get; }

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
            new SelfAttention(AttentionOf(layer, HasRope[layer] ? rope : null) with { QkvBias = AttentionBias, OutputBias = AttentionBias }, at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, MlpBias, at.At("mlp")),
            at), rope);
    }
}
