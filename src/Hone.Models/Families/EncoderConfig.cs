using Hone.Models.Heads;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Settings that encoder families share, named as in their config.json.</summary>
public abstract record EncoderConfig : ModelConfig
{
    /// <summary>Reads the shared keys.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    protected EncoderConfig(ConfigReader json)
        : base(json)
    {
        HiddenSize = json.Size("hidden_size");
        IntermediateSize = json.Size("intermediate_size");
        NumHiddenLayers = json.Size("num_hidden_layers");
        NumAttentionHeads = json.Size("num_attention_heads");
        MaxPositionEmbeddings = json.Size("max_position_embeddings");
        if (HiddenSize % NumAttentionHeads != 0)
        {
            throw json.Wrong("num_attention_heads", $"{HiddenSize} columns cannot be shared evenly by {NumAttentionHeads} heads");
        }
    }

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; }

    /// <summary>Width within MLPs.</summary>
    public int IntermediateSize { get; }

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; }

    /// <summary>Heads of a layer.</summary>
    public int NumAttentionHeads { get; }

    /// <summary>Longest text the model is meant for.</summary>
    public int MaxPositionEmbeddings { get; }

    /// <summary>Name below which a checkpoint with a head stores the encoder.</summary>
    public abstract string BasePrefix { get; }

    /// <summary>Builds the encoder of the family.</summary>
    /// <param name="weights">Place of the encoder.</param>
    public abstract EncoderBody Build(WeightSource weights);

    /// <summary>Builds the family's head for sequence classification.</summary>
    /// <param name="body">The encoder below.</param>
    /// <param name="weights">Root of the checkpoint.</param>
    public abstract ClassificationHead BuildClassifier(EncoderBody body, WeightSource weights);
}
