using System.Collections.Immutable;
using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>DeBERTa v2 and v3: BERT's layers with attention to contents and to relative positions.</summary>
/// <remarks>The convolution of the largest v2 checkpoints is not supported. Source: He et al., arXiv:2006.03654, section 3; arXiv:2111.09543.</remarks>
[ModelFamily("deberta-v2")]
public sealed record DebertaV2Config : EncoderConfig
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public DebertaV2Config(ConfigReader json)
        : base(json)
    {
        json.Expect("relative_attention", true);
        if (json.Integer("conv_kernel_size", 0) > 0)
        {
            throw json.Unsupported("conv_kernel_size", $"{json.Integer("conv_kernel_size")}", "0: no convolution behind the first layer");
        }

        if (json.Has("attention_head_size") && json.Integer("attention_head_size") != HiddenSize / NumAttentionHeads)
        {
            throw json.Unsupported("attention_head_size", $"{json.Integer("attention_head_size")}", $"{HiddenSize / NumAttentionHeads}, the hidden states shared evenly");
        }

        if (json.Integer("embedding_size", HiddenSize) != HiddenSize)
        {
            throw json.Unsupported("embedding_size", $"{json.Integer("embedding_size")}", $"{HiddenSize}, the hidden size");
        }

        LayerNormEps = json.Number("layer_norm_eps", 1e-7);
        HiddenAct = json.Activation("hidden_act", "gelu");
        TypeVocabSize = json.Integer("type_vocab_size", 0, min: 0);
        PositionBiasedInput = json.Flag("position_biased_input", true);
        ShareAttKey = json.Flag("share_att_key", false);
        NormalizesPositions = json.Word("norm_rel_ebd", "none").Contains("layer_norm", StringComparison.OrdinalIgnoreCase);
        int maxRelative = json.Integer("max_relative_positions", -1);
        MaxRelativePositions = maxRelative < 1 ? MaxPositionEmbeddings : maxRelative;
        PositionBuckets = json.Integer("position_buckets", -1);
        string[] kinds = json.Json["pos_att_type"] is System.Text.Json.Nodes.JsonValue ? json.Word("pos_att_type").Split('|', StringSplitOptions.RemoveEmptyEntries) : json.Words("pos_att_type") ?? [];
        PosAttType = [.. kinds.Select(kind => kind.Trim().ToLowerInvariant())];
        if (PosAttType.FirstOrDefault(kind => kind is not ("c2p" or "p2c")) is { } unknown)
        {
            throw json.Unsupported("pos_att_type", $"\"{unknown}\"", "c2p and p2c");
        }

        PoolerHiddenAct = json.Activation("pooler_hidden_act", "gelu");
    }

    /// <summary>Added to variances in norms.</summary>
    public double LayerNormEps { get; }

    /// <summary>Activation of the MLPs.</summary>
    public Activation HiddenAct { get; }

    /// <summary>Token types; 0 for none.</summary>
    public int TypeVocabSize { get; }

    /// <summary>Whether absolute positions are added to the embedding.</summary>
    public bool PositionBiasedInput { get; }

    /// <summary>Whether relative positions go through the projections of the contents.</summary>
    public bool ShareAttKey { get; }

    /// <summary>Whether the embedding of relative positions is normalised (<c>norm_rel_ebd</c>).</summary>
    public bool NormalizesPositions { get; }

    /// <summary>Distances that are told apart, without buckets.</summary>
    public int MaxRelativePositions { get; }

    /// <summary>Buckets of distances on either side; distances themselves when below 1.</summary>
    public int PositionBuckets { get; }

    /// <summary>Which of contents-to-positions and positions-to-contents add to the scores.</summary>
    public ImmutableArray<string> PosAttType { get; }

    /// <summary>Activation of the classification head's pooler.</summary>
    public Activation PoolerHiddenAct { get; }

    /// <summary>Rows of the embedding of relative positions on either side.</summary>
    public int PositionSpan => PositionBuckets > 0 ? PositionBuckets : MaxRelativePositions;

    /// <inheritdoc/>
    public override string BasePrefix => "deberta";

    /// <inheritdoc/>
    public override EncoderBody Build(WeightSource weights) => new DebertaV2Encoder(this, weights);

    /// <inheritdoc/>
    public override ClassificationHead BuildClassifier(EncoderBody body, WeightSource weights) => new FirstTokenHead(
        new Linear(HiddenSize, HiddenSize, bias: true, weights.At("pooler.dense")),
        PoolerHiddenAct,
        new Linear(HiddenSize, NumLabels, bias: true, weights.At("classifier")));

    /// <summary>Row of the embedding of relative positions for a distance from query to key.</summary>
    /// <remarks>Distances below half the buckets have one each, longer ones share by their logarithm; computed in f32 as the reference does.</remarks>
    internal int BucketOf(int distance)
    {
        int bucket = distance;
        int middle = PositionBuckets / 2, length = Math.Abs(distance);
        if (PositionBuckets > 0 && length > middle)
        {
            float steps = MathF.Log((float)length / middle) / MathF.Log((MaxRelativePositions - 1) / (float)middle) * (middle - 1);
            bucket = Math.Sign(distance) * ((int)MathF.Ceiling(steps) + middle);
        }

        return Math.Clamp(bucket + PositionSpan, 0, (2 * PositionSpan) - 1);
    }
}

/// <summary>Embeddings, layers, and the embedding of relative positions that the layers share.</summary>
public sealed class DebertaV2Encoder : EncoderBody
{
    private readonly Embedding _words, _relative;
    private readonly Embedding? _positions, _types;
    private readonly LayerNorm _norm;
    private readonly LayerNorm? _relativeNorm;
    private readonly DebertaV2Layer[] _layers;

    /// <summary>Reads <c>embeddings</c> and <c>encoder</c> below <paramref name="weights"/>' path.</summary>
    public DebertaV2Encoder(DebertaV2Config config, WeightSource weights)
        : base(config)
    {
        WeightSource embeddings = weights.At("embeddings"), encoder = weights.At("encoder");
        int hidden = config.HiddenSize;
        _words = Child(new Embedding(config.VocabSize, hidden, embeddings.At("word_embeddings"), config.PaddingIndex));
        _positions = OptionalChild(config.PositionBiasedInput ? new Embedding(config.MaxPositionEmbeddings, hidden, embeddings.At("position_embeddings")) : null);
        _types = OptionalChild(config.TypeVocabSize > 0 ? new Embedding(config.TypeVocabSize, hidden, embeddings.At("token_type_embeddings")) : null);
        _norm = Child(new LayerNorm(hidden, config.LayerNormEps, embeddings.At("LayerNorm")));
        _relative = Child(new Embedding(2 * config.PositionSpan, hidden, encoder.At("rel_embeddings")));
        _relativeNorm = OptionalChild(config.NormalizesPositions ? new LayerNorm(hidden, config.LayerNormEps, encoder.At("LayerNorm")) : null);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Child(new DebertaV2Layer(config, encoder.At($"layer.{i}"))))];
    }

    /// <inheritdoc/>
    public override Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null)
    {
        Tensor hidden = _words.Forward(input.InputIds);
        hidden = _positions is null ? hidden : hidden + _positions.Forward(input.Context.Positions);
        hidden = _types is null ? hidden : hidden + _types.Forward(input.TokenTypeIds ?? Tensor.Zeros(DType.I32, input.InputIds.Shape[0]));
        hidden = _norm.Forward(hidden);
        int[] rows = [.. Enumerable.Range(0, _relative.Count)];
        Tensor relative = _relative.Forward(Tensor.From(rows, rows.Length));
        relative = _relativeNorm is null ? relative : _relativeNorm.Forward(relative);
        foreach (DebertaV2Layer layer in _layers)
        {
            layerInputs?.Add(hidden);
            Tensor before = hidden;
            hidden = TensorScope.Run("layer", () => layer.Forward(before, relative, input.Context));
        }

        return hidden;
    }
}

/// <summary>One layer: disentangled attention and a plain MLP, a norm behind each sum.</summary>
public sealed class DebertaV2Layer : Module
{
    private readonly DebertaV2Config _config;
    private readonly DebertaV2Attention _attention;
    private readonly Linear _attentionOutput, _intermediate, _output;
    private readonly LayerNorm _attentionNorm, _outputNorm;

    /// <summary>Reads one <c>encoder.layer.{i}</c> subtree of the checkpoint.</summary>
    public DebertaV2Layer(DebertaV2Config config, WeightSource weights)
    {
        _config = config;
        int hidden = config.HiddenSize;
        _attention = Child(new DebertaV2Attention(config, weights.At("attention.self")));
        _attentionOutput = Child(new Linear(hidden, hidden, bias: true, weights.At("attention.output.dense")));
        _attentionNorm = Child(new LayerNorm(hidden, config.LayerNormEps, weights.At("attention.output.LayerNorm")));
        _intermediate = Child(new Linear(hidden, config.IntermediateSize, bias: true, weights.At("intermediate.dense")));
        _output = Child(new Linear(config.IntermediateSize, hidden, bias: true, weights.At("output.dense")));
        _outputNorm = Child(new LayerNorm(hidden, config.LayerNormEps, weights.At("output.LayerNorm")));
    }

    /// <param name="x"><c>[tokens, hidden]</c>.</param>
    /// <param name="relative">Vectors of relative positions, <c>[2·span, hidden]</c>.</param>
    /// <param name="context">Which tokens belong together, and their positions.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x, Tensor relative, PackedAttentionContext context)
    {
        Tensor attended = _attentionNorm.Forward(_attentionOutput.Forward(_attention.Forward(x, relative, context)) + x);
        Tensor inner = _config.HiddenAct.Apply(_intermediate.Forward(attended));
        return _outputNorm.Forward(_output.Forward(inner) + attended);
    }
}

/// <summary>Attention whose scores add what contents say about positions and positions about contents.</summary>
/// <remarks>
/// <c>s_ij = (q_i·k_j + q_i·Pk_b(i−j) + k_j·Pq_b(i−j)) / √(d·n)</c> with Pk and Pq the projected vectors of relative positions, b their bucket and n the number of
/// terms. Source: He et al., arXiv:2006.03654, section 3.1.
/// </remarks>
public sealed class DebertaV2Attention : Module
{
    private readonly DebertaV2Config _config;
    private readonly Linear _queryProj, _keyProj, _valueProj;
    private readonly Linear? _posKeyProj, _posQueryProj;

    /// <summary>Reads <c>{query,key,value}_proj</c> and, where they are not shared, <c>pos_{key,query}_proj</c> below <paramref name="weights"/>' path.</summary>
    public DebertaV2Attention(DebertaV2Config config, WeightSource weights)
    {
        _config = config;
        Linear Projection(string name) => new(config.HiddenSize, config.HiddenSize, bias: true, weights.At(name));
        _queryProj = Child(Projection("query_proj"));
        _keyProj = Child(Projection("key_proj"));
        _valueProj = Child(Projection("value_proj"));
        bool Has(string kind) => config.PosAttType.Contains(kind);
        _posKeyProj = Has("c2p") ? config.ShareAttKey ? _keyProj : Child(Projection("pos_key_proj")) : null;
        _posQueryProj = Has("p2c") ? config.ShareAttKey ? _queryProj : Child(Projection("pos_query_proj")) : null;
    }

    /// <inheritdoc cref="DebertaV2Layer.Forward"/>
    public Tensor Forward(Tensor x, Tensor relative, PackedAttentionContext context)
    {
        Tensor q = Heads(_queryProj.Forward(x)), k = Heads(_keyProj.Forward(x)), v = Heads(_valueProj.Forward(x));  // [heads, tokens, headDim]
        Tensor? positionKeys = _posKeyProj is null ? null : Ops.Transpose(Heads(_posKeyProj.Forward(relative)));     // [heads, headDim, 2·span]
        Tensor? positionQueries = _posQueryProj is null ? null : Ops.Transpose(Heads(_posQueryProj.Forward(relative)));
        double scale = 1 / Math.Sqrt((double)q.Shape[-1] * (1 + _config.PosAttType.Length));
        int[] positions = context.Positions.ToArray<int>();
        ImmutableArray<int> offsets = context.Sequences.QueryOffsets;
        var results = new Tensor[context.Sequences.Count];
        for (int s = 0; s < results.Length; s++)
        {
            (int start, int length) = (offsets[s], offsets[s + 1] - offsets[s]);
            Tensor Own(Tensor all) => Ops.Slice(all, 1, start, length);
            ReadOnlySpan<int> places = positions.AsSpan(start, length);
            Tensor? bias = positionKeys is null ? null : Gather(Ops.MatMul(Own(q), positionKeys), places, sign: 1);
            Tensor? fromKeys = positionQueries is null ? null : Ops.Transpose(Gather(Ops.MatMul(Own(k), positionQueries), places, sign: -1));
            bias = bias is null ? fromKeys : fromKeys is null ? bias : bias + fromKeys;
            bool[] visible = [.. Enumerable.Range(start, length).Select(token => !context.HiddenTokens.Contains(token))];
            AttentionOptions options = AttentionOptions.Bidirectional with { Scale = scale, KeyPadding = KeyPadding.FromMask(Tensor.From(visible, 1, length)) };
            Tensor mixed = Ops.ScaledDotProductAttention(Batch(Own(q)), Batch(Own(k)), Batch(Own(v)), options, bias is null ? null : Batch(bias * scale));
            results[s] = Ops.Reshape(Ops.Permute(mixed, 0, 2, 1, 3), length, x.Shape[1]);
        }

        return Ops.Concatenate(results, 0);
    }

    private static Tensor Batch(Tensor x) => Ops.Reshape(x, 1, x.Shape[0], x.Shape[1], x.Shape[2]);

    private Tensor Heads(Tensor x)
    {
        int heads = _config.NumAttentionHeads;
        return Ops.Permute(Ops.Reshape(x, x.Shape[0], heads, x.Shape[1] / heads), 1, 0, 2);
    }

    /// <summary>For each pair of tokens the score of their distance: <c>[heads, tokens, 2·span]</c> to <c>[heads, tokens, tokens]</c>.</summary>
    private Tensor Gather(Tensor scores, ReadOnlySpan<int> positions, int sign)
    {
        int length = positions.Length, heads = scores.Shape[0];
        var rows = new long[length * length];
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < length; j++)
            {
                rows[(i * length) + j] = _config.BucketOf(sign * (positions[i] - positions[j]));
            }
        }

        return Ops.Gather(scores, -1, Ops.Expand(Tensor.From(rows, 1, length, length), heads, length, length));
    }
}
