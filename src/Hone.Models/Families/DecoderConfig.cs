using System.Collections.Immutable;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>Settings that decoder families share, named as in their config.json; a family is a record that derives from this one and builds its layers.</summary>
public abstract record DecoderConfig : ModelConfig
{
    /// <summary>Reads the shared keys, in the layout of transformers 5 or in the older one.</summary>
    /// <param name="json">The config.</param>
    /// <param name="tied">Whether the family ties the output head to the embedding when the config says nothing.</param>
    /// <param name="headDim">Width of a head when the config says nothing; the hidden states shared out evenly when not given.</param>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    protected DecoderConfig(ConfigReader json, bool tied, int? headDim = null)
        : base(json)
    {
        HiddenSize = json.Size("hidden_size");
        IntermediateSize = json.Size("intermediate_size");
        NumHiddenLayers = json.Size("num_hidden_layers");
        NumAttentionHeads = json.Size("num_attention_heads");
        NumKeyValueHeads = json.Size("num_key_value_heads", NumAttentionHeads);
        HeadDim = json.Size("head_dim", headDim ?? Math.Max(1, HiddenSize / NumAttentionHeads));
        MaxPositionEmbeddings = json.Size("max_position_embeddings");
        RmsNormEps = json.Number("rms_norm_eps", 1e-6);
        TieWordEmbeddings = json.Flag("tie_word_embeddings", tied);
        HiddenAct = json.Activation(json.Has("hidden_activation") ? "hidden_activation" : "hidden_act", "silu");
        if (NumAttentionHeads % NumKeyValueHeads != 0)
        {
            throw json.Wrong("num_key_value_heads", $"{NumAttentionHeads} query heads cannot share {NumKeyValueHeads} key heads evenly");
        }
    }

    /// <summary>Sizes of a family whose config.json names them otherwise (GPT-2).</summary>
    protected DecoderConfig(ConfigReader json, int hiddenSize, int intermediateSize, int layers, int heads, int maxPositions)
        : base(json)
    {
        HiddenSize = hiddenSize;
        IntermediateSize = intermediateSize;
        NumHiddenLayers = layers;
        NumAttentionHeads = NumKeyValueHeads = heads;
        HeadDim = hiddenSize / heads;
        MaxPositionEmbeddings = maxPositions;
        TieWordEmbeddings = json.Flag("tie_word_embeddings", true);
    }

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; }

    /// <summary>Width within MLPs.</summary>
    public int IntermediateSize { get; }

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; }

    /// <summary>Query heads of a layer.</summary>
    public int NumAttentionHeads { get; }

    /// <summary>Key and value heads of a layer.</summary>
    public int NumKeyValueHeads { get; }

    /// <summary>Width of a head.</summary>
    public int HeadDim { get; }

    /// <summary>Longest text the model is meant for.</summary>
    public int MaxPositionEmbeddings { get; }

    /// <summary>Added to mean squares in norms.</summary>
    public double RmsNormEps { get; protected init; }

    /// <summary>Activation of the MLPs.</summary>
    public Activation HiddenAct { get; protected init; }

    /// <summary>Whether the output head is the token embedding.</summary>
    public bool TieWordEmbeddings { get; }

    /// <summary>Bound of the logits, <c>c·tanh(z/c)</c>; none when not given.</summary>
    public double? FinalLogitSoftcapping { get; protected init; }

    /// <summary>Factor of the token embeddings; none when not given.</summary>
    public double? EmbeddingFactor { get; protected init; }

    /// <summary>Added to the weights of the final norm.</summary>
    public double NormWeightOffset { get; protected init; }

    /// <summary>Name below which a checkpoint stores the decoder.</summary>
    public virtual string BasePrefix => "model";

    /// <summary>Width of each layer's sliding window; null for layers that see everything.</summary>
    public ImmutableArray<int?> SlidingWindows { get; protected init; } = [];

    /// <summary>Builds the decoder of the family.</summary>
    /// <param name="weights">Place of the decoder, without the head.</param>
    public abstract Decoder Build(WeightSource weights);

    /// <summary>The options of a layer's attention: causal, with its window.</summary>
    protected AttentionOptions MaskOf(int layer) => AttentionOptions.CausalOnly with { SlidingWindow = SlidingWindows.IsDefaultOrEmpty ? null : SlidingWindows[layer] };

    /// <summary>Sizes of a layer's attention, to be completed by the family.</summary>
    protected AttentionSettings AttentionOf(int layer, RotaryTable? rope) => new()
    {
        Layer = layer,
        HiddenSize = HiddenSize,
        NumAttentionHeads = NumAttentionHeads,
        NumKeyValueHeads = NumKeyValueHeads,
        HeadDim = HeadDim,
        Options = MaskOf(layer),
        Rope = rope,
    };

    /// <summary>Windows from <c>layer_types</c>, or from a rule of the family where the config has none.</summary>
    /// <param name="json">The config.</param>
    /// <param name="window">Width of the window of sliding layers.</param>
    /// <param name="isSliding">Whether a layer slides when the config does not list the layers.</param>
    protected ImmutableArray<int?> WindowsOf(ConfigReader json, int? window, Func<int, bool> isSliding)
    {
        string[]? types = json.Words("layer_types");
        if (types is not null && types.Length != NumHiddenLayers)
        {
            throw json.Wrong("layer_types", $"{types.Length} entries for {NumHiddenLayers} layers");
        }

        var windows = new int?[NumHiddenLayers];
        for (int i = 0; i < windows.Length; i++)
        {
            bool slides = types?[i] switch
            {
                null => isSliding(i),
                "full_attention" => false,
                "sliding_attention" => true,
                string other => throw json.Unsupported("layer_types", $"\"{other}\"", "full_attention and sliding_attention"),
            };
            windows[i] = slides ? window ?? throw json.Wrong("sliding_window", "there are sliding layers and no window") : null;
        }

        return [.. windows];
    }
}
