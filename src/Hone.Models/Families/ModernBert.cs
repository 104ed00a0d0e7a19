using System.Collections.Immutable;
using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>ModernBERT: rotary positions, gated MLPs, norms in front, and a local window in most layers.</summary>
/// <remarks>Source: Warner et al., arXiv:2412.13663, section 2.</remarks>
[ModelFamily("modernbert")]
public sealed record ModernBertConfig : EncoderConfig
{
    private const int DefaultWindow = 128, DefaultInterval = 3;
    private const double GlobalTheta = 160000, LocalTheta = 10000;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public ModernBertConfig(ConfigReader json)
        : base(json)
    {
        NormEps = json.Number("norm_eps", 1e-5);
        NormBias = json.Flag("norm_bias", false);
        AttentionBias = json.Flag("attention_bias", false);
        MlpBias = json.Flag("mlp_bias", false);
        HiddenActivation = json.Activation("hidden_activation", "gelu");
        LocalAttention = json.Size("local_attention", DefaultWindow);
        ClassifierBias = json.Flag("classifier_bias", false);
        ClassifierActivation = json.Activation("classifier_activation", "gelu");
        ClassifierPooling = json.OneOf("classifier_pooling", "cls", "cls", "mean");
        int interval = json.Size("global_attn_every_n_layers", DefaultInterval);
        string[] types = json.Words("layer_types") ?? [.. Enumerable.Range(0, NumHiddenLayers).Select(i => i % interval == 0 ? "full_attention" : "sliding_attention")];
        if (types.Length != NumHiddenLayers || types.Any(type => type is not ("full_attention" or "sliding_attention")))
        {
            throw json.Wrong("layer_types", $"{types.Length} entries for {NumHiddenLayers} layers; each is full_attention or sliding_attention");
        }

        IsLocal = [.. types.Select(type => type == "sliding_attention")];
        int headDim = HiddenSize / NumAttentionHeads;
        GlobalRope = RopeReader.Read(json, MaxPositionEmbeddings, headDim, "full_attention", "global_rope_theta", GlobalTheta);
        LocalRope = RopeReader.Read(json, MaxPositionEmbeddings, headDim, "sliding_attention", "local_rope_theta", LocalTheta);
    }

    /// <summary>Added to variances in norms.</summary>
    public double NormEps { get; }

    /// <summary>Whether norms have a bias.</summary>
    public bool NormBias { get; }

    /// <summary>Whether the attention projections have a bias.</summary>
    public bool AttentionBias { get; }

    /// <summary>Whether the MLP's projections have a bias.</summary>
    public bool MlpBias { get; }

    /// <summary>Activation of the MLPs.</summary>
    public Activation HiddenActivation { get; }

    /// <summary>Width of local windows: a token sees half of it on either side.</summary>
    public int LocalAttention { get; }

    /// <summary>For each layer, whether it sees a local window only.</summary>
    public ImmutableArray<bool> IsLocal { get; }

    /// <summary>Rotary embedding of layers that see everything.</summary>
    public RopeParameters GlobalRope { get; }

    /// <summary>Rotary embedding of layers with a window.</summary>
    public RopeParameters LocalRope { get; }

    /// <summary>Whether the classification head's inner layer has a bias.</summary>
    public bool ClassifierBias { get; }

    /// <summary>Activation of the classification head.</summary>
    public Activation ClassifierActivation { get; }

    /// <summary><c>cls</c> or <c>mean</c>: what the classification head reads.</summary>
    public string ClassifierPooling { get; }

    /// <inheritdoc/>
    public override string BasePrefix => "model";

    /// <inheritdoc/>
    public override EncoderBody Build(WeightSource weights) => new ModernBertEncoder(this, weights);

    /// <inheritdoc/>
    public override ClassificationHead BuildClassifier(EncoderBody body, WeightSource weights) => new ModernBertHead(this, weights);
}

/// <summary>Token embedding, layers and a final norm.</summary>
public sealed class ModernBertEncoder : EncoderBody
{
    private readonly Embedding _tokens;
    private readonly LayerNorm _norm, _finalNorm;
    private readonly ModernBertLayer[] _layers;
    private readonly RotaryTable _global, _local;

    /// <summary>Reads <c>embeddings</c>, <c>layers.{i}</c> and <c>final_norm</c> below <paramref name="weights"/>' path.</summary>
    public ModernBertEncoder(ModernBertConfig config, WeightSource weights)
        : base(config)
    {
        int headDim = config.HiddenSize / config.NumAttentionHeads;
        (_global, _local) = (new RotaryTable(config.GlobalRope, headDim), new RotaryTable(config.LocalRope, headDim));
        _tokens = Child(new Embedding(config.VocabSize, config.HiddenSize, weights.At("embeddings.tok_embeddings"), config.PaddingIndex));
        _norm = Child(new LayerNorm(config.HiddenSize, config.NormEps, weights.At("embeddings.norm"), config.NormBias));
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Child(new ModernBertLayer(config, i, config.IsLocal[i] ? _local : _global, weights.At($"layers.{i}"))))];
        _finalNorm = Child(new LayerNorm(config.HiddenSize, config.NormEps, weights.At("final_norm"), config.NormBias));
    }

    /// <inheritdoc/>
    public override Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null)
    {
        Tensor hidden = _norm.Forward(_tokens.Forward(input.InputIds));
        foreach (ModernBertLayer layer in _layers)
        {
            layerInputs?.Add(hidden);
            Tensor before = hidden;
            hidden = TensorScope.Run("layer", () => layer.Forward(before, input.Context));
        }

        return _finalNorm.Forward(hidden);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        _global.Dispose();
        _local.Dispose();
        base.Dispose(isDisposing);
    }
}

/// <summary>One pre-norm layer; the first has no norm in front of attention, as the embedding is normalised already.</summary>
public sealed class ModernBertLayer : Module
{
    private readonly int _layer, _heads;
    private readonly RotaryTable _rope;
    private readonly AttentionOptions _options;
    private readonly LayerNorm? _attentionNorm;
    private readonly LayerNorm _mlpNorm;
    private readonly Linear _wqkv, _wo;
    private readonly JoinedGatedMlp _mlp;

    /// <summary>Reads one <c>layers.{i}</c> subtree of the checkpoint.</summary>
    public ModernBertLayer(ModernBertConfig config, int layer, RotaryTable rope, WeightSource weights)
    {
        _layer = layer;
        _heads = config.NumAttentionHeads;
        _rope = rope;
        _options = config.IsLocal[layer] ? AttentionOptions.Bidirectional with { SlidingWindow = (config.LocalAttention / 2) + 1 } : AttentionOptions.Bidirectional;
        int hidden = config.HiddenSize;
        _attentionNorm = OptionalChild(layer == 0 ? null : new LayerNorm(hidden, config.NormEps, weights.At("attn_norm"), config.NormBias));
        _wqkv = Child(new Linear(hidden, 3 * hidden, config.AttentionBias, weights.At("attn.Wqkv")));
        _wo = Child(new Linear(hidden, hidden, config.AttentionBias, weights.At("attn.Wo")));
        _mlpNorm = Child(new LayerNorm(hidden, config.NormEps, weights.At("mlp_norm"), config.NormBias));
        _mlp = Child(new JoinedGatedMlp(
            config.HiddenActivation,
            new Linear(hidden, 2 * config.IntermediateSize, config.MlpBias, weights.At("mlp.Wi")),
            new Linear(config.IntermediateSize, hidden, config.MlpBias, weights.At("mlp.Wo"))));
    }

    /// <param name="x"><c>[tokens, hidden]</c>.</param>
    /// <param name="context">Which tokens belong together, and their positions.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x, AttentionContext context)
    {
        int tokens = x.Shape[0], hidden = x.Shape[1];
        Tensor normalized = _attentionNorm is null ? x : _attentionNorm.Forward(x);
        Tensor qkv = Ops.Reshape(_wqkv.Forward(normalized), tokens, 3 * _heads, hidden / _heads);  // all queries, all keys, all values
        Tensor q = _rope.Rotate(Ops.Slice(qkv, 1, 0, _heads), context);
        Tensor k = _rope.Rotate(Ops.Slice(qkv, 1, _heads, _heads), context);
        Tensor mixed = context.Attend(_layer, q, k, Ops.Slice(qkv, 1, 2 * _heads, _heads), _options);
        Tensor attended = x + _wo.Forward(Ops.Reshape(mixed, tokens, hidden));
        return attended + _mlp.Forward(_mlpNorm.Forward(attended));
    }
}

/// <summary>Classification head: pooled token or mean, a dense layer with activation and norm, then the classifier.</summary>
public sealed class ModernBertHead : ClassificationHead
{
    private readonly ModernBertConfig _config;
    private readonly Linear _dense, _classifier;
    private readonly LayerNorm _norm;

    /// <summary>Reads <c>head</c> and <c>classifier</c> below <paramref name="weights"/>' path.</summary>
    public ModernBertHead(ModernBertConfig config, WeightSource weights)
    {
        _config = config;
        _dense = Child(new Linear(config.HiddenSize, config.HiddenSize, config.ClassifierBias, weights.At("head.dense")));
        _norm = Child(new LayerNorm(config.HiddenSize, config.NormEps, weights.At("head.norm"), config.NormBias));
        _classifier = Child(new Linear(config.HiddenSize, config.NumLabels, bias: true, weights.At("classifier")));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor hidden, EncoderInput input)
    {
        Tensor pooled = _config.ClassifierPooling == "mean" ? SequencePooling.Mean(hidden, input.Context) : SequencePooling.First(hidden, input.Context);
        return _classifier.Forward(_norm.Forward(_config.ClassifierActivation.Apply(_dense.Forward(pooled))));
    }
}
