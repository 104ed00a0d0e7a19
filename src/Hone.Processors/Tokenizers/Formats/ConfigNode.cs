using System.Text.Json;
using Hone.Core.Registry;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>An element of a tokenizer's JSON that knows its place in the file; every misfit becomes a <see cref="TokenizerFormatException"/>.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Place">Place inside it, e.g. <c>model.merges</c>.</param>
/// <param name="Element">The JSON.</param>
/// <param name="Index">Of an item, its index in the array at that place: lists are long, and their items' places are wanted in messages alone.</param>
internal readonly record struct ConfigNode(string File, string Place, JsonElement Element, int? Index = null)
{
    private const int LongestInsertion = 256;

    /// <summary>The whole place inside the file, e.g. <c>model.merges[3]</c>.</summary>
    public string Path => Index is { } index ? $"{Place}[{index}]" : Place;

    /// <summary>File and place, for messages.</summary>
    public string Where => Path.Length == 0 ? File : $"{File}: {Path}";

    /// <summary>Whether the element is null or missing.</summary>
    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The member; its element is undefined when there is none.</summary>
    public ConfigNode this[string name]
    {
        get
        {
            Element.TryGetProperty(name, out JsonElement value);
            return new ConfigNode(File, Path.Length == 0 ? name : $"{Path}.{name}", value);
        }
    }

    /// <summary>Checks that the element is an object.</summary>
    public ConfigNode RequireObject() => Element.ValueKind == JsonValueKind.Object ? this : throw Misfit("an object");

    /// <summary>The items of an array.</summary>
    public IEnumerable<ConfigNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Misfit("an array");
        }

        (string file, string path) = (File, Path);
        return Element.EnumerateArray().Select((item, i) => new ConfigNode(file, path, item, i));
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<(string Name, ConfigNode Value)> Members()
    {
        ConfigNode self = RequireObject();
        return Element.EnumerateObject().Select(member => (member.Name, new ConfigNode(self.File, $"{self.Path}[\"{member.Name}\"]", member.Value)));
    }

    /// <summary>A string.</summary>
    public string String()
    {
        if (Element.ValueKind != JsonValueKind.String)
        {
            throw Misfit("a string");
        }

        try
        {
            return Element.GetString()!;  // a string element is never null
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerFormatException("A string is not valid Unicode.", Where, "half of a surrogate pair", "Write the file anew with the tool that made it.", error);
        }
    }

    /// <summary>A string that is put into texts over and over: of at most 256 units.</summary>
    public string Insertion() => String() is { Length: <= LongestInsertion } text ? text : throw Misfit($"at most {LongestInsertion} characters");

    /// <summary>A string, or <paramref name="fallback"/> for null or nothing.</summary>
    public string String(string fallback) => IsNull ? fallback : String();

    /// <summary>A truth value.</summary>
    public bool Bool() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Misfit("true or false"),
    };

    /// <summary>A truth value, or <paramref name="fallback"/> for null or nothing.</summary>
    public bool Bool(bool fallback) => IsNull ? fallback : Bool();

    /// <summary>A whole number from 0 to 2³¹−1.</summary>
    public int Count() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out int value) && value >= 0 ? value : throw Misfit("a whole number from 0 to 2147483647");

    /// <summary>Such a number, or <paramref name="fallback"/> for null or nothing.</summary>
    public int Count(int fallback) => IsNull ? fallback : Count();

    /// <summary>A number.</summary>
    public double Number() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Misfit("a finite number");

    /// <summary>A string that is one of a set of names.</summary>
    public T Choice<T>(IReadOnlyDictionary<string, T> choices, T? fallback = default)
    {
        if (IsNull && fallback is not null)
        {
            return fallback;
        }

        return Choose(String(), choices, Where);
    }

    /// <summary>The choice of that name.</summary>
    /// <exception cref="TokenizerFormatException">There is none.</exception>
    public static T Choose<T>(string name, IReadOnlyDictionary<string, T> choices, string where) => choices.TryGetValue(name, out T? value)
        ? value
        : throw new TokenizerFormatException(
            $"'{name}' is not known here.", where, $"nearest: {string.Join(", ", NearestNames.Rank(name, choices.Keys))}; known: {string.Join(", ", choices.Keys)}",
            "Check the file, or update Hone if the name is new.");

    /// <summary>The error that the element is not what it should be.</summary>
    public TokenizerFormatException Misfit(string expected) => new(
        $"Expected {expected}.", Where, IsNull ? "nothing" : Excerpt(), "Check the file; if it came from a download, fetch it again.");

    private string Excerpt()
    {
        const int Longest = 60;
        string text = Element.GetRawText();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
