using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Metadata that is being derived from a config.json.</summary>
/// <param name="architecture">Whose settings these are.</param>
/// <param name="config">The config, in either layout of transformers.</param>
/// <param name="metadata">Receives the settings.</param>
internal sealed class GgufMetadataDraft(GgufArchitecture architecture, JsonObject config, GgufMetadata metadata)
{
    /// <summary>The config.</summary>
    public JsonObject Config => config;

    /// <summary>Tensors that hold settings, by name, to be written before all others.</summary>
    public Dictionary<string, float[]> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>What the file cannot express.</summary>
    public List<string> Losses { get; } = [];

    /// <summary>A number of the config; <see langword="null"/> when it is missing or no number.</summary>
    public double? Number(string key) => NumberOf(config[key]);

    /// <summary>A number of the config as integer.</summary>
    public int? Integer(string key) => Number(key) is { } value && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue ? (int)value : null;

    /// <summary>Number of heads that a change of rows goes by.</summary>
    public int HeadsOf(GgufChange change) => Integer(change == GgufChange.KeyRows && Integer("num_key_value_heads") is not null ? "num_key_value_heads" : "num_attention_heads") ?? 1;

    /// <summary>The rotary settings in the layout of transformers 5, whichever layout the config has.</summary>
    public JsonObject Rope => config["rope_parameters"] as JsonObject ?? config["rope_scaling"] as JsonObject ?? [];

    /// <summary>A number among the rotary settings, or at top level.</summary>
    public double? RopeNumber(string key) => NumberOf(Rope[key]) ?? Number(key);

    /// <summary>Kind of the rotary scaling.</summary>
    public string RopeType => (string?)(Rope["rope_type"] ?? Rope["type"]) ?? "default";

    /// <summary>A list among the rotary settings.</summary>
    public float[]? RopeNumbers(string key) => Rope[key] is JsonArray items ? [.. items.Select(item => (float)(NumberOf(item) ?? float.NaN))] : null;

    /// <summary>Adds a setting of the architecture.</summary>
    public void Set<T>(string key, T value)
        where T : notnull => metadata[$"{architecture.Name}.{key}"] = GgufValue.Of(value);

    /// <summary>Derives the settings.</summary>
    /// <exception cref="CheckpointFormatException">The config lacks settings.</exception>
    public void Build()
    {
        var missing = new List<string>();
        foreach (GgufSetting setting in architecture.Settings)
        {
            double? value = setting.HuggingFace == "rope_theta" ? RopeNumber("rope_theta") : Number(setting.HuggingFace) ?? (setting.Alternative is { } other ? Number(other) : null);
            if (value is { } number)
            {
                if (setting.IsFloat)
                {
                    Set(setting.Gguf, (float)number);
                }
                else
                {
                    Set(setting.Gguf, checked((uint)number));
                }
            }
            else if (setting.IsRequired)
            {
                missing.Add(setting.HuggingFace);
            }
        }

        if (missing.Count > 0)
        {
            throw new CheckpointFormatException("A config.json lacks settings that a GGUF file must state.", metadata.Location, $"missing: {string.Join(", ", missing)}", "Add them to config.json.");
        }

        architecture.CompleteMetadata(this);
    }

    /// <summary>Adds the special tokens that the tokenizer did not name.</summary>
    public void AddTokens()
    {
        foreach ((string gguf, string huggingFace) in GgufConfigDraft.TokenKeys)
        {
            JsonNode? id = config[huggingFace] is JsonArray { Count: > 0 } several ? several[0] : config[huggingFace];
            if (!metadata.Contains(gguf) && NumberOf(id) is >= 0 and <= uint.MaxValue and { } number)
            {
                metadata[gguf] = GgufValue.Of((uint)number);
            }
        }
    }

    private static double? NumberOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
