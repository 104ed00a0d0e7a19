using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>Phi-3 and Phi-4: q, k and v are one matrix, gate and up another; only part of a head may be rotated.</summary>
/// <remarks>Source: Abdin et al., Phi-3 Technical Report, arXiv:2404.14219, section 2.</remarks>
[ModelFamily("phi3")]
public sealed record Phi3Config : DecoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Phi3Config(ConfigReader json)
        : base(json, tied: false)
    {
        int? window = json.NullableSize("sliding_window", absent: null);
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
            HiddenSize, RmsNormEps, new Phi3Attention(AttentionOf(layer, rope), rope, at.At("self_attn")), BuildMlp(at.At("mlp")), at), rope);
    }

    private JoinedGatedMlp BuildMlp(WeightSource weights) => new(
        HiddenAct,
        new Linear(HiddenSize, 2 * IntermediateSize, bias: false, weights.At("gate_up_proj")),
        new Linear(IntermediateSize, HiddenSize, bias: false, weights.At("down_proj")));
}

/// <summary>Grouped-query self-attention whose q, k and v projections are the rows of one matrix.</summary>
public sealed class Phi3Attention : AttentionBlock
{
    private readonly AttentionSettings _settings;
    private readonly RotaryTable _rope;
    private readonly Linear _qkvProj, _oProj;

    /// <summary>Reads <c>qkv_proj</c> and <c>o_proj</c> below <paramref name="weights"/>' path.</summary>
    public Phi3Attention(AttentionSettings settings, RotaryTable rope, WeightSource weights)
    {
        _settings = settings;
        _rope = rope;
        int allHeads = settings.NumAttentionHeads + (2 * settings.NumKeyValueHeads);
        _qkvProj = Child(new Linear(settings.HiddenSize, allHeads * settings.HeadDim, bias: false, weights.At("qkv_proj")));
        _oProj = Child(new Linear(settings.NumAttentionHeads * settings.HeadDim, settings.HiddenSize, bias: false, weights.At("o_proj")));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, AttentionContext context)
    {
        (int queries, int keys) = (_settings.NumAttentionHeads, _settings.NumKeyValueHeads);
        Tensor heads = SplitHeads(_qkvProj.Forward(x), queries + (2 * keys));  // [tokens, heads + 2·kvHeads, headDim]
        Tensor q = _rope.Rotate(Ops.Slice(heads, 1, 0, queries), context);
        Tensor k = _rope.Rotate(Ops.Slice(heads, 1, queries, keys), context);
        Tensor v = Ops.Slice(heads, 1, queries + keys, keys);
        return _oProj.Forward(MergeHeads(context.Attend(_settings.Layer, q, k, v, _settings.Options)));
    }
}
