using System.Text.Json.Nodes;
using Hone.Tensors;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A config.json that is being derived from a GGUF file.</summary>
/// <param name="architecture">Whose settings these are.</param>
/// <param name="metadata">The file's metadata.</param>
/// <param name="tensors">Shapes of the file's tensors under its own names.</param>
/// <param name="readFloats">Reads a small tensor of the file.</param>
internal sealed class GgufConfigDraft(GgufArchitecture architecture, GgufMetadata metadata, IReadOnlyDictionary<string, Shape> tensors, Func<string, float[]> readFloats)
{
    /// <summary>Keys of the special tokens in both worlds.</summary>
    public static IReadOnlyList<(string Gguf, string HuggingFace)> TokenKeys { get; } =
    [
        ("tokenizer.ggml.bos_token_id", "bos_token_id"), ("tokenizer.ggml.eos_token_id", "eos_token_id"),
        ("tokenizer.ggml.unknown_token_id", "unk_token_id"), ("tokenizer.ggml.padding_token_id", "pad_token_id"),
    ];

    /// <summary>The config so far.</summary>
    public JsonObject Config { get; } = [];

    /// <summary>Shapes of the file's tensors under its own names.</summary>
    public IReadOnlyDictionary<string, Shape> Tensors => tensors;

    /// <summary>An integer setting of the architecture.</summary>
    public int? Integer(string key) => metadata.FindInteger($"{architecture.Name}.{key}") is { } value
        ? value is >= 0 and <= int.MaxValue ? (int)value : throw Impossible(key, value)
        : null;

    /// <summary>A number among the settings of the architecture.</summary>
    public double? Number(string key) => metadata.FindNumber($"{architecture.Name}.{key}") is { } value
        ? double.IsFinite(value) ? value : throw Impossible(key, value)
        : null;

    /// <summary>A text among the settings of the architecture.</summary>
    public string? Text(string key) => metadata.FindString($"{architecture.Name}.{key}");

    /// <summary>The metadata itself.</summary>
    public GgufMetadata Metadata => metadata;

    /// <summary>The values of a small tensor.</summary>
    public float[] Floats(string tensor)
    {
        float[] values = readFloats(tensor);
        return values.All(float.IsFinite) ? values : throw new CheckpointFormatException("A setting of a GGUF file is impossible.", metadata.Location, $"{tensor} holds numbers that are not finite", "Convert the model again with a current converter.");
    }

    /// <summary>Whether the file holds a tensor.</summary>
    public bool Has(string tensor) => tensors.ContainsKey(tensor);

    /// <summary>Names the model's type and class.</summary>
    public void Name(string modelType, string className)
    {
        Config.Insert(0, "architectures", new JsonArray(className));
        Config.Insert(1, "model_type", modelType);
    }

    /// <summary>A list as JSON.</summary>
    public static JsonArray Array(IEnumerable<float> values) => [.. values.Select(value => (JsonNode)double.Parse(value.ToString("R")))];

    /// <summary>Derives the config.</summary>
    /// <exception cref="CheckpointFormatException">Settings are missing or impossible.</exception>
    public JsonObject Build()
    {
        var missing = new List<string>();
        foreach (GgufSetting setting in architecture.Settings)
        {
            string key = $"{architecture.Name}.{setting.Gguf}";
            if (!metadata.TryGet(key, out GgufValue? value))
            {
                if (setting.IsRequired)
                {
                    missing.Add(key);
                }
            }
            else if (setting.IsFloat)
            {
                Config[setting.HuggingFace] = Number(setting.Gguf);
            }
            else
            {
                Config[setting.HuggingFace] = value.Type == GgufValueType.Array ? Uniform(setting.Gguf, key) : Integer(setting.Gguf);
            }
        }

        if (missing.Count > 0)
        {
            throw new CheckpointFormatException("A GGUF file lacks settings of its model.", metadata.Location, $"missing: {string.Join(", ", missing)}", "Convert the model again with a current converter.");
        }

        AddTokens();
        architecture.CompleteConfig(this);
        return JsonNode.Parse(Config.ToJsonString())!.AsObject(); // as a file would be read: numbers in memory convert to their own type only
    }

    private void AddTokens()
    {
        if (tensors.TryGetValue("token_embd.weight", out Shape embedding))
        {
            Config["vocab_size"] = embedding[0]; // may be padded beyond the tokens that the tokenizer knows
        }
        else if (!Config.ContainsKey("vocab_size") && metadata.FindStrings("tokenizer.ggml.tokens") is { } tokens)
        {
            Config["vocab_size"] = tokens.Count;
        }

        foreach ((string gguf, string huggingFace) in TokenKeys)
        {
            if (metadata.FindInteger(gguf) is { } id)
            {
                Config[huggingFace] = id;
            }
        }

        Config["tie_word_embeddings"] = !tensors.ContainsKey("output.weight");
    }

    /// <summary>Some files list a setting for every layer; models have one value for all of them.</summary>
    private int Uniform(string setting, string key)
    {
        IReadOnlyList<int> values = metadata.FindIntegers(key)!; // the key is there, and another kind throws
        return values.Count > 0 && values.All(value => value == values[0] && value > 0)
            ? values[0]
            : throw new CheckpointFormatException("A GGUF file has layers of different sizes, which is not supported.", metadata.Location, $"{key} = {metadata[key].ToText()}", "Use a model whose layers are alike.");
    }

    private CheckpointFormatException Impossible(string key, double value) =>
        new("A setting of a GGUF file is impossible.", metadata.Location, $"{architecture.Name}.{key} = {value}", "Convert the model again with a current converter.");
}
