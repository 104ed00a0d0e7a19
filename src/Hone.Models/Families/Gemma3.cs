using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Gemma 3, text: Gemma 2's frame with normalised queries and keys instead of caps, and rotary tables of their own for layers with a window.</summary>
/// <remarks>The factor of the embeddings is √hidden in f32. Source: Gemma Team, arXiv:2503.19786, section 2.</remarks>
[ModelFamily("gemma3_text")]
public sealed record Gemma3Config : DecoderConfig
{
    private const int DefaultWindow = 4096, DefaultHeadDim = 256, DefaultPattern = 6;
    private const double GlobalTheta = 1e6, LocalTheta = 1e4;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Gemma3Config(ConfigReader json)
        : base(json, tied: true, DefaultHeadDim)
    {
        json.Expect("use_bidirectional_attention", false);
        if (json.Has("attn_logit_softcapping"))
        {
            throw json.Unsupported("attn_logit_softcapping", $"{json.Number("attn_logit_softcapping")}", "null: Gemma 3 does not cap scores");
        }

        int pattern = json.Size(json.Has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern", DefaultPattern);
        SlidingWindows = WindowsOf(json, json.NullableSize("sliding_window", DefaultWindow), layer => (layer + 1) % pattern != 0);
        AttentionBias = json.Flag("attention_bias", false);
        FinalLogitSoftcapping = json.OptionalNumber("final_logit_softcapping");
        QueryPreAttnScalar = json.Number("query_pre_attn_scalar", DefaultHeadDim);
        HiddenAct = json.Activation("hidden_activation", "gelu_pytorch_tanh");
        EmbeddingFactor = (float)Math.Sqrt(HiddenSize);
        NormWeightOffset = 1;
        GlobalRope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim, "full_attention", "rope_theta", GlobalTheta);
        LocalRope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim, "sliding_attention", "rope_local_base_freq", LocalTheta, legacyScaling: false);
    }

    /// <summary>Whether all four attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>The scores' factor is one over its root.</summary>
    public double QueryPreAttnScalar { get; }

    /// <summary>Rotary embedding of layers that see everything.</summary>
    public RopeParameters GlobalRope { get; }

    /// <summary>Rotary embedding of layers with a window.</summary>
    public RopeParameters LocalRope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        RotaryTable global = new(GlobalRope, HeadDim), local = new(LocalRope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new SandwichNormLayer(
            HiddenSize,
            RmsNormEps,
            new SelfAttention(Settings(layer, SlidingWindows[layer] is null ? global : local), at.At("self_attn")),
            new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, at.At("mlp")),
            at), global, local);
    }

    private AttentionSettings Settings(int layer, RotaryTable rope) => AttentionOf(layer, rope) with
    {
        QkvBias = AttentionBias,
        OutputBias = AttentionBias,
        HeadNorm = new HeadNorm(RmsNormEps, WeightOffset: 1),
        Options = MaskOf(layer) with { Scale = 1 / Math.Sqrt(QueryPreAttnScalar) },
    };
}
