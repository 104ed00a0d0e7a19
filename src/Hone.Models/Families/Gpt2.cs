using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>GPT-2: learned positions, layer norms, a plain MLP, weights stored as <c>[in, out]</c>.</summary>
/// <remarks>Source: Radford et al., Language Models are Unsupervised Multitask Learners, 2019, section 2.3.</remarks>
[ModelFamily("gpt2")]
public sealed record Gpt2Config : DecoderConfig
{
    private const int DefaultInnerFactor = 4;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public Gpt2Config(ConfigReader json)
        : base(
            json, json.Size("n_embd"), json.Size("n_inner", DefaultInnerFactor * json.Size("n_embd")), json.Size("n_layer"), json.Size("n_head"),
            json.Size("n_positions", 1024))
    {
        json.Expect("add_cross_attention", false);
        if (HiddenSize % NumAttentionHeads != 0)
        {
            throw json.Wrong("n_head", $"{HiddenSize} columns cannot be shared evenly by {NumAttentionHeads} heads");
        }

        LayerNormEpsilon = json.Number("layer_norm_epsilon", 1e-5);
        HiddenAct = json.Activation("activation_function", "gelu_new");
        ScaleAttnWeights = json.Flag("scale_attn_weights", true);
        ScaleAttnByInverseLayerIdx = json.Flag("scale_attn_by_inverse_layer_idx", false);
    }

    /// <summary>Added to variances in norms.</summary>
    public double LayerNormEpsilon { get; }

    /// <summary>Whether scores are divided by the root of the head's width.</summary>
    public bool ScaleAttnWeights { get; }

    /// <summary>Whether scores are divided by the layer's number, counted from 1.</summary>
    public bool ScaleAttnByInverseLayerIdx { get; }

    /// <inheritdoc/>
    public override string BasePrefix => "transformer";

    /// <inheritdoc/>
    public override Decoder Build(WeightSource weights) => new Gpt2Decoder(this, weights);

    internal AttentionOptions Options(int layer) => AttentionOptions.CausalOnly with
    {
        Scale = (ScaleAttnWeights ? 1 / Math.Sqrt(HeadDim) : 1) / (ScaleAttnByInverseLayerIdx ? layer + 1 : 1),
    };
}

/// <summary>Embeddings of tokens and positions, layers, and a final layer norm.</summary>
public sealed class Gpt2Decoder : Decoder
{
    private readonly Embedding _wte, _wpe;
    private readonly LayerNorm _lnF;

    /// <summary>Reads <c>wte</c>, <c>wpe</c>, <c>h.{i}</c> and <c>ln_f</c> below <paramref name="weights"/>' path.</summary>
    public Gpt2Decoder(Gpt2Config config, WeightSource weights)
        : base(config)
    {
        _wte = Child(new Embedding(config.VocabSize, config.HiddenSize, weights.At("wte")));
        _wpe = Child(new Embedding(config.MaxPositionEmbeddings, config.HiddenSize, weights.At("wpe")));
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            Append(new Gpt2DecoderLayer(config, i, weights.At($"h.{i}")));
        }

        _lnF = Child(new LayerNorm(config.HiddenSize, config.LayerNormEpsilon, weights.At("ln_f")));
    }

    /// <inheritdoc/>
    public override Embedding TokenEmbedding => _wte;

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor inputIds, AttentionContext context) => _wte.Forward(inputIds) + _wpe.Forward(context.Positions);

    /// <inheritdoc/>
    protected override Tensor Normalize(ResidualStream stream) => _lnF.Forward(stream.Sum());
}

/// <summary>One pre-norm layer: attention, then a plain MLP, each added to the residual stream.</summary>
public sealed class Gpt2DecoderLayer : DecoderLayer
{
    private readonly Gpt2Config _config;
    private readonly int _layer;
    private readonly LayerNorm _ln1, _ln2;
    private readonly Linear _cAttn, _attnProj, _cFc, _mlpProj;

    /// <summary>Reads one <c>h.{i}</c> subtree of the checkpoint.</summary>
    public Gpt2DecoderLayer(Gpt2Config config, int layer, WeightSource weights)
    {
        _config = config;
        _layer = layer;
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        _ln1 = Child(new LayerNorm(hidden, config.LayerNormEpsilon, weights.At("ln_1")));
        _cAttn = Child(Linear.CreateTransposed(hidden, 3 * hidden, bias: true, weights.At("attn.c_attn")));
        _attnProj = Child(Linear.CreateTransposed(hidden, hidden, bias: true, weights.At("attn.c_proj")));
        _ln2 = Child(new LayerNorm(hidden, config.LayerNormEpsilon, weights.At("ln_2")));
        _cFc = Child(Linear.CreateTransposed(hidden, inner, bias: true, weights.At("mlp.c_fc")));
        _mlpProj = Child(Linear.CreateTransposed(inner, hidden, bias: true, weights.At("mlp.c_proj")));
    }

    /// <inheritdoc/>
    public override ResidualStream Forward(ResidualStream stream, AttentionContext context)
    {
        Tensor hidden = stream.Sum();
        hidden += Attend(_ln1.Forward(hidden), context);
        Tensor inner = _config.HiddenAct.Apply(_cFc.Forward(_ln2.Forward(hidden)));
        return new ResidualStream(hidden, _mlpProj.Forward(inner));
    }

    private Tensor Attend(Tensor x, AttentionContext context)
    {
        int tokens = x.Shape[0], heads = _config.NumAttentionHeads;
        Tensor qkv = Ops.Reshape(_cAttn.Forward(x), tokens, 3 * heads, _config.HeadDim);  // all queries, all keys, all values
        Tensor mixed = context.Attend(
            _layer, Ops.Slice(qkv, 1, 0, heads), Ops.Slice(qkv, 1, heads, heads), Ops.Slice(qkv, 1, 2 * heads, heads), _config.Options(_layer));
        return _attnProj.Forward(Ops.Reshape(mixed, tokens, _config.HiddenSize));
    }
}
