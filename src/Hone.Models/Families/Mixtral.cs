using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Mixtral: Mistral with routed experts, whose projections are called <c>w1</c> (gate), <c>w2</c> (down) and <c>w3</c> (up).</summary>
/// <remarks>Source: Jiang et al., Mixtral of Experts, arXiv:2401.04088, section 2.</remarks>
[ModelFamily("mixtral")]
public sealed record MixtralConfig : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public MixtralConfig(ConfigReader json)
        : base(json, tied: false)
    {
        int? window = json.NullableSize("sliding_window", absent: null);
        SlidingWindows = WindowsOf(json, window, _ => window is not null);
        NumLocalExperts = json.Size("num_local_experts");
        NumExpertsPerTok = json.Size("num_experts_per_tok");
        Rope = RopeReader.Read(json, MaxPositionEmbeddings, HeadDim, defaultTheta: 1e6);
        if (NumExpertsPerTok > NumLocalExperts)
        {
            throw json.Wrong("num_experts_per_tok", $"{NumExpertsPerTok} of {NumLocalExperts} experts");
        }
    }

    /// <summary>Experts of a layer.</summary>
    public int NumLocalExperts { get; }

    /// <summary>Experts that a token goes through.</summary>
    public int NumExpertsPerTok { get; }

    /// <summary>Rotary embedding.</summary>
    public RopeParameters Rope { get; }

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights)
    {
        var rope = new RotaryTable(Rope, HeadDim);
        return new RmsNormDecoder(this, weights, (layer, at) => new PreNormLayer(
            HiddenSize, RmsNormEps, new SelfAttention(AttentionOf(layer, rope), at.At("self_attn")), BuildMlp(at.At("block_sparse_moe")), at), rope);
    }

    private RoutedMlp BuildMlp(WeightSource weights) => new(
        new Linear(HiddenSize, NumLocalExperts, bias: false, weights.At("gate")),
        Enumerable.Range(0, NumLocalExperts).Select(i => BuildExpert(weights.At($"experts.{i}"))),
        NumExpertsPerTok,
        normalizes: true);

    private GatedMlp BuildExpert(WeightSource weights) => new(
        HiddenAct,
        weights,
        gate: new Linear(HiddenSize, IntermediateSize, bias: false, weights.At("w1")),
        up: new Linear(HiddenSize, IntermediateSize, bias: false, weights.At("w3")),
        down: new Linear(IntermediateSize, HiddenSize, bias: false, weights.At("w2")));
}
