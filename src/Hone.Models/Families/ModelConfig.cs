using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Hone.Models.Families;

/// <summary>What every config.json says; derived records are the families.</summary>
public abstract record ModelConfig
{
    private const int DefaultLabels = 2;

    /// <summary>Reads the common keys.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    protected ModelConfig(ConfigReader json)
    {
        Json = json.Json;
        ModelType = json.Word("model_type");
        VocabSize = json.Size("vocab_size");
        PadTokenId = json.OptionalInteger("pad_token_id");
        BosTokenId = json.OptionalInteger("bos_token_id");
        NumLabels = Labels.Length > 0 ? Labels.Length : json.Size("num_labels", DefaultLabels);
        if (json.Has("quantization_config"))
        {
            throw json.Unsupported("quantization_config", "weights quantized by another library", "dense checkpoints and GGUF files");
        }
    }

    /// <summary>The whole config.json, kept for saving.</summary>
    public JsonObject Json { get; }

    /// <summary>Name of the family.</summary>
    public string ModelType { get; }

    /// <summary>Rows of the token embedding.</summary>
    public int VocabSize { get; }

    /// <summary>Token that fills up batches.</summary>
    public int? PadTokenId { get; }

    /// <summary>Token that begins a text.</summary>
    public int? BosTokenId { get; }

    /// <summary>Names of classes, by number; empty when the model does not classify.</summary>
    public ImmutableArray<string> Labels => LabelsOf(Json);

    /// <summary>Number of classes: of the names, else <c>num_labels</c>, else 2.</summary>
    public int NumLabels { get; }

    /// <summary>Positions of the tokens of a padded row; by column unless the family counts otherwise.</summary>
    internal virtual int[] CountPositions(ReadOnlySpan<long> ids) => [.. Enumerable.Range(0, ids.Length)];

    /// <summary>Row of the embedding that gets no gradient, or −1.</summary>
    internal int PaddingIndex => PadTokenId is { } id && id >= 0 && id < VocabSize ? id : -1;

    private static ImmutableArray<string> LabelsOf(JsonObject json) =>
        json["id2label"] is JsonObject labels
            ? [.. labels.OrderBy(pair => int.TryParse(pair.Key, out int id) ? id : int.MaxValue).Select(pair => pair.Value?.ToString() ?? pair.Key)]
            : [];
}
