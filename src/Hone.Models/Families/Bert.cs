using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>BERT and its many descendants of the same layout (MiniLM, BGE, E5, …): learned positions, norms behind attention and MLP.</summary>
/// <remarks>Dropout of the base model is not applied in training. Source: Devlin et al., arXiv:1810.04805, section 3.</remarks>
[ModelFamily("bert")]
public record BertConfig : EncoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public BertConfig(ConfigReader json)
        : base(json)
    {
        json.OneOf("position_embedding_type", "absolute", "absolute");
        json.Expect("is_decoder", false);
        json.Expect("add_cross_attention", false);
        TypeVocabSize = json.Size("type_vocab_size", 2);
        LayerNormEps = json.Number("layer_norm_eps", 1e-12);
        HiddenAct = json.Activation("hidden_act", "gelu");
    }

    /// <summary>Token types, one for each text of a pair.</summary>
    public int TypeVocabSize { get; }

    /// <summary>Added to variances in norms.</summary>
    public double LayerNormEps { get; }

    /// <summary>Activation of the MLPs.</summary>
    public Activation HiddenAct { get; }

    /// <inheritdoc/>
    public override string BasePrefix => "bert";

    /// <summary>Row of the position embedding that position 0 reads.</summary>
    public virtual int FirstPosition => 0;

    /// <inheritdoc/>
    public override EncoderBody Build(WeightSource weights) => new BertEncoder(this, weights);

    /// <inheritdoc/>
    public override ClassificationHead BuildClassifier(EncoderBody body, WeightSource weights) => new PooledHead(body, weights);
}

/// <summary>Embeddings, layers, and the pooler where the checkpoint has one.</summary>
public sealed class BertEncoder : EncoderBody
{
    private readonly BertConfig _config;
    private readonly Embedding _words, _positions, _types;
    private readonly LayerNorm _norm;
    private readonly BertLayer[] _layers;
    private readonly Linear? _pooler;

    /// <summary>Reads <c>embeddings</c>, <c>encoder.layer.{i}</c> and <c>pooler.dense</c> below <paramref name="weights"/>' path.</summary>
    public BertEncoder(BertConfig config, WeightSource weights)
        : base(config)
    {
        _config = config;
        WeightSource embeddings = weights.At("embeddings");
        _words = Child(new Embedding(config.VocabSize, config.HiddenSize, embeddings.At("word_embeddings"), config.PaddingIndex));
        _positions = Child(new Embedding(config.MaxPositionEmbeddings, config.HiddenSize, embeddings.At("position_embeddings")));
        _types = Child(new Embedding(config.TypeVocabSize, config.HiddenSize, embeddings.At("token_type_embeddings")));
        _norm = Child(new LayerNorm(config.HiddenSize, config.LayerNormEps, embeddings.At("LayerNorm")));
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Child(new BertLayer(config, weights.At($"encoder.layer.{i}"))))];
        _pooler = OptionalChild(weights.HasAny("pooler") ? new Linear(config.HiddenSize, config.HiddenSize, bias: true, weights.At("pooler.dense")) : null);
    }

    /// <inheritdoc/>
    public override Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null)
    {
        Tensor places = input.Context.Positions;
        Tensor positions = _config.FirstPosition == 0 ? places : Tensor.From(Array.ConvertAll(places.ToArray<int>(), place => place + _config.FirstPosition), places.Shape[0]);
        Tensor types = input.TokenTypeIds ?? Tensor.Zeros(DType.I32, input.InputIds.Shape[0]);
        Tensor hidden = _norm.Forward(_words.Forward(input.InputIds) + _types.Forward(types) + _positions.Forward(positions));
        for (int i = 0; i < _layers.Length; i++)
        {
            layerInputs?.Add(hidden);
            int layer = i;
            Tensor before = hidden;
            hidden = TensorScope.Run("layer", () => _layers[layer].Forward(layer, before, input.Context));
        }

        return hidden;
    }

    /// <inheritdoc/>
    public override Tensor? Pool(Tensor hidden, PackedAttentionContext context) =>
        _pooler is null ? null : Ops.Tanh(_pooler.Forward(SequencePooling.First(hidden, context)));
}

/// <summary>One layer: attention and a plain MLP, a norm behind each sum.</summary>
public sealed class BertLayer : Module
{
    private readonly BertConfig _config;
    private readonly Linear _query, _key, _value, _attentionOutput, _intermediate, _output;
    private readonly LinearGroup _qkv;
    private readonly LayerNorm _attentionNorm, _outputNorm;

    /// <summary>Reads one <c>encoder.layer.{i}</c> subtree of the checkpoint.</summary>
    public BertLayer(BertConfig config, WeightSource weights)
    {
        _config = config;
        int hidden = config.HiddenSize;
        _query = Child(new Linear(hidden, hidden, bias: true, weights.At("attention.self.query")));
        _key = Child(new Linear(hidden, hidden, bias: true, weights.At("attention.self.key")));
        _value = Child(new Linear(hidden, hidden, bias: true, weights.At("attention.self.value")));
        _qkv = Child(new LinearGroup(weights, _query, _key, _value));
        _attentionOutput = Child(new Linear(hidden, hidden, bias: true, weights.At("attention.output.dense")));
        _attentionNorm = Child(new LayerNorm(hidden, config.LayerNormEps, weights.At("attention.output.LayerNorm")));
        _intermediate = Child(new Linear(hidden, config.IntermediateSize, bias: true, weights.At("intermediate.dense")));
        _output = Child(new Linear(config.IntermediateSize, hidden, bias: true, weights.At("output.dense")));
        _outputNorm = Child(new LayerNorm(hidden, config.LayerNormEps, weights.At("output.LayerNorm")));
    }

    /// <param name="layer">Index of the layer.</param>
    /// <param name="x"><c>[tokens, hidden]</c>.</param>
    /// <param name="context">Which tokens belong together.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public Tensor Forward(int layer, Tensor x, AttentionContext context)
    {
        int tokens = x.Shape[0], heads = _config.NumAttentionHeads;
        Tensor[] qkv = Array.ConvertAll(_qkv.Forward(x), part => Ops.Reshape(part, tokens, heads, x.Shape[1] / heads));
        Tensor mixed = context.Attend(layer, qkv[0], qkv[1], qkv[2], AttentionOptions.Bidirectional);
        Tensor attended = _attentionNorm.Forward(_attentionOutput.Forward(Ops.Reshape(mixed, tokens, x.Shape[1])) + x);
        Tensor inner = _config.HiddenAct.Apply(_intermediate.Forward(attended));
        return _outputNorm.Forward(_output.Forward(inner) + attended);
    }
}
