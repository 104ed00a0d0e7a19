using System.Text.Json;

namespace Hone.Inference.Constraints;

/// <summary>Patterns for the <c>format</c>s of JSON schemas; each matches valid texts only, though not all of them.</summary>
internal static class JsonSchemaFormats
{
    // 29 February is left out, because its year would have to be checked.
    private const string Date = "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    private static readonly Dictionary<string, string> Patterns = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["ipv4"] = $"{Byte}(?:\\.{Byte}){{3}}",
        ["email"] = "[a-zA-Z0-9_+-]{1,32}(?:\\.[a-zA-Z0-9_+-]{1,32}){0,3}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?(?:\\.[a-zA-Z]{2,16}){1,3}",
    };

    /// <summary>The anchored pattern of a format.</summary>
    public static string PatternOf(JsonElement format, string path) => Patterns.TryGetValue(format.ToString(), out string? pattern)
        ? $"^(?:{pattern})$"
        : throw JsonSchemaGrammar.Error($"{path}/format", $"the format '{format}'", $"one of {string.Join(", ", Patterns.Keys)}, or a pattern");
}
