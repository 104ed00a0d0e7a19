using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Reads the values of a config.json: a missing or impossible value is an error that names the key, and null means missing.</summary>
public sealed class ConfigReader
{
    /// <summary>Bound of sizes and counts, so that products of two of them stay in range and an absurd file fails early.</summary>
    private const int MaxSize = 1 << 24;

    private readonly JsonObject _json;
    private readonly string _prefix;

    /// <summary>Reads an object.</summary>
    /// <param name="json">The parsed config.json, or an object within it.</param>
    /// <param name="location">The file, for messages.</param>
    public ConfigReader(JsonObject json, string location)
        : this(json, location, string.Empty)
    {
    }

    private ConfigReader(JsonObject json, string location, string prefix)
    {
        _json = json;
        Location = location;
        _prefix = prefix;
    }

    /// <summary>The file, for messages.</summary>
    public string Location { get; }

    /// <summary>The object itself.</summary>
    public JsonObject Json => _json;

    /// <summary>Whether the key is there and not null.</summary>
    public bool Has(string key) => _json.TryGetPropertyValue(key, out JsonNode? node) && node is not null;

    /// <summary>A size or count of at least 1.</summary>
    /// <exception cref="ModelConfigException">The key is missing, or the value is no such number.</exception>
    public int Size(string key, int? fallback = null) => Integer(key, fallback, 1);

    /// <summary>A whole number.</summary>
    /// <exception cref="ModelConfigException">The key is missing, or the value is no such number.</exception>
    public int Integer(string key, int? fallback = null, int min = int.MinValue)
    {
        double value = Number(key, fallback);
        return value >= min && value <= MaxSize && value == Math.Floor(value)
            ? (int)value
            : throw Wrong(key, $"{Text(value)} is no whole number from {(min == int.MinValue ? "below" : Text(min))} to {MaxSize}");
    }

    /// <summary>A whole number that may be missing.</summary>
    public int? OptionalInteger(string key) => Has(key) ? Integer(key) : null;

    /// <summary>A finite number.</summary>
    /// <exception cref="ModelConfigException">The key is missing, or the value is no finite number.</exception>
    public double Number(string key, double? fallback = null)
    {
        if (!Has(key))
        {
            return fallback ?? throw Missing(key);
        }

        return (_json[key] is JsonValue value ? NumberOf(value) : null) ?? throw Wrong(key, $"{Excerpt(key)} is no number");
    }

    /// <summary>A whole number with a default that holds when the key is absent; null in the file means none.</summary>
    public int? NullableSize(string key, int? absent) => _json.ContainsKey(key) ? Has(key) ? Size(key) : null : absent;

    /// <summary>A number that may be missing.</summary>
    public double? OptionalNumber(string key) => Has(key) ? Number(key) : null;

    /// <summary>true or false.</summary>
    /// <exception cref="ModelConfigException">The value is neither.</exception>
    public bool Flag(string key, bool fallback) =>
        !Has(key) ? fallback
        : _json[key] is JsonValue value && value.TryGetValue(out bool flag) ? flag
        : throw Wrong(key, $"{Excerpt(key)} is neither true nor false");

    /// <summary>A text.</summary>
    /// <exception cref="ModelConfigException">The key is missing, or the value is no text.</exception>
    public string Word(string key, string? fallback = null) =>
        !Has(key) ? fallback ?? throw Missing(key)
        : _json[key] is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw Wrong(key, $"{Excerpt(key)} is no text");

    /// <summary>One of several texts.</summary>
    /// <exception cref="ModelConfigException">The value is another one.</exception>
    public string OneOf(string key, string? fallback, params ReadOnlySpan<string> known)
    {
        string word = Word(key, fallback);
        return known.Contains(word) ? word : throw Unsupported(key, $"\"{word}\"", $"one of {string.Join(", ", known.ToArray())}");
    }

    /// <summary>A list of texts, or nothing.</summary>
    /// <exception cref="ModelConfigException">The value is no list of texts.</exception>
    public string[]? Words(string key) => List(key, static value => value.TryGetValue(out string? text) ? text : null);

    /// <summary>A list of numbers, or nothing.</summary>
    /// <exception cref="ModelConfigException">The value is no list of numbers.</exception>
    public double[]? Numbers(string key) =>
        List(key, static value => (object?)NumberOf(value))?.Select(item => (double)item).ToArray();

    /// <summary>An object within this one, or nothing.</summary>
    /// <exception cref="ModelConfigException">The value is no object.</exception>
    public ConfigReader? Section(string key) =>
        !Has(key) ? null : _json[key] is JsonObject section ? new ConfigReader(section, Location, $"{_prefix}{key}.") : throw Wrong(key, $"{Excerpt(key)} is no object");

    /// <summary>An activation function.</summary>
    /// <exception cref="ModelConfigException">It is not supported.</exception>
    public Activation Activation(string key, string? fallback = null) => Word(key, fallback) switch
    {
        "silu" or "swish" => Nn.Activation.Silu,
        "gelu" or "gelu_python" => Nn.Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_accurate" => Nn.Activation.GeluTanh,
        "relu" => Nn.Activation.Relu,
        "tanh" => Nn.Activation.Tanh,
        string other => throw Unsupported(key, $"\"{other}\"", "silu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu or tanh"),
    };

    /// <summary>Fails unless a setting that would change the mathematics has the only supported value (or is missing).</summary>
    /// <exception cref="ModelConfigException">It has another one.</exception>
    public void Expect(string key, bool value)
    {
        if (Flag(key, value) != value)
        {
            throw Unsupported(key, value ? "false" : "true", value ? "true" : "false");
        }
    }

    /// <summary>An error about a value that is there but impossible.</summary>
    public ModelConfigException Wrong(string key, string facts) =>
        new($"config.json: '{_prefix}{key}' has an impossible value.", Location, facts, "Take the config.json that belongs to the checkpoint.");

    /// <summary>An error about a setting whose mathematics are not there.</summary>
    public ModelConfigException Unsupported(string key, string found, string supported) =>
        new($"config.json: '{_prefix}{key}' asks for something that Hone does not compute.", Location, $"{found}; supported: {supported}", "Use a model without this setting; leaving it out would compute another model.");

    private T[]? List<T>(string key, Func<JsonValue, T?> read)
        where T : class
    {
        if (!Has(key))
        {
            return null;
        }

        if (_json[key] is not JsonArray array)
        {
            throw Wrong(key, $"{Excerpt(key)} is no list");
        }

        return [.. array.Select(item => (item is JsonValue value ? read(value) : null) ?? throw Wrong(key, $"'{item?.ToJsonString() ?? "null"}' is no item of such a list"))];
    }

    private ModelConfigException Missing(string key) =>
        new($"config.json: '{_prefix}{key}' is missing.", Location, "the model cannot be built without it", "Take the config.json that belongs to the checkpoint.");

    private string Excerpt(string key)
    {
        const int MaxExcerpt = 60;
        string text = _json[key]?.ToJsonString() ?? "null";
        return text.Length > MaxExcerpt ? text[..MaxExcerpt] + "…" : text;
    }

    /// <summary>The value when it is a finite number, in whatever type it came into the object.</summary>
    private static double? NumberOf(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.Number && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
