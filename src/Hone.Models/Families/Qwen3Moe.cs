using System.Collections.Immutable;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Qwen3 with routed experts in place of most MLPs.</summary>
/// <remarks>Source: Yang et al., Qwen3 Technical Report, arXiv:2505.09388, section 2.</remarks>
[ModelFamily("qwen3_moe")]
public sealed record Qwen3MoeConfig : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Qwen3MoeConfig(ConfigReader json)
        : base(json, tied: false)
    {
        int? window = json.Flag("use_sliding_window", false) ? json.NullableSize("sliding_window", 4096) : null;
        SlidingWindows = WindowsOf(json, window, _ => window is not null);
        AttentionBias = json.Flag("attention_bias", false);
        NumExperts = json.Has("num_local_experts") ? json.Size("num_local_experts") : json.Size("num_experts");
        NumExpertsPerTok = json.Size("num_experts_per_tok");
        MoeIntermediateSize = json.Size("moe_intermediate_size");
        NormTopkProb = json.Flag("norm_topk_prob", false);
        DecoderSparseStep = json.Size("decoder_sparse_step", 1);
        MlpOnlyLayers = [.. (json.Numbers("mlp_only_layers") ?? []).Select(layer => (int)layer)];
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim);
        if (NumExpertsPerTok > NumExperts)
        {
            throw json.Wrong("num_experts_per_tok", $"{NumExpertsPerTok} of {NumExperts} experts");
        }
    }

    /// <summary>Whether all four attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>Experts of a routed layer.</summary>
    public int NumExperts { get; }

    /// <summary>Experts that a token goes through.</summary>
    public int NumExpertsPerTok { get; }

    /// <summary>Width within an expert.</summary>
    public int MoeIntermediateSize { get; }

    /// <summary>Whether the weights of a token's experts add up to 1.</summary>
    public bool NormTopkProb { get; }

    /// <summary>Every how many layers one is routed.</summary>
    public int DecoderSparseStep { get; }

    /// <summary>Layers with a plain MLP.</summary>
    public ImmutableArray<int> MlpOnlyLayers { get; }

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
            BuildMlp(layer, at.At("mlp")),
            at), rope);
    }

    private FeedForwardBlock BuildMlp(int layer, WeightSource weights)
    {
        bool isRouted = !MlpOnlyLayers.Contains(layer) && (layer + 1) % DecoderSparseStep == 0;
        return isRouted
            ? new RoutedMlp(
                new Linear(HiddenSize, NumExperts, bias: false, weights.At("gate")),
                Enumerable.Range(0, NumExperts).Select(i => new GatedMlp(HiddenSize, MoeIntermediateSize, HiddenAct, bias: false, weights.At($"experts.{i}"))),
                NumExpertsPerTok,
                NormTopkProb)
            : new GatedMlp(HiddenSize, IntermediateSize, HiddenAct, bias: false, weights);
    }
}
