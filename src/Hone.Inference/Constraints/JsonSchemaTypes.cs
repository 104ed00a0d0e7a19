using System.Text.Json;

namespace Hone.Inference.Constraints;

/// <summary>What kinds of values a JSON schema admits.</summary>
internal static class JsonSchemaTypes
{
    private static readonly string[] All = ["object", "array", "string", "integer", "number", "boolean", "null"];

    private static readonly (string Keyword, string Type)[] Telling =
    [
        ("properties", "object"), ("required", "object"), ("additionalProperties", "object"), ("items", "array"), ("prefixItems", "array"), ("minItems", "array"), ("maxItems", "array"),
        ("minLength", "string"), ("maxLength", "string"), ("pattern", "string"), ("format", "string"), ("minimum", "number"), ("maximum", "number"), ("exclusiveMinimum", "number"), ("exclusiveMaximum", "number"),
    ];

    /// <summary>The types a schema names, else the one that its other keywords are about, else <c>any</c>.</summary>
    public static IReadOnlyList<string> Of(JsonElement schema, string path)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            return [Telling.FirstOrDefault(pair => schema.TryGetProperty(pair.Keyword, out _)).Type ?? "any"];
        }

        string[] names = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!], // a string has a text
            JsonValueKind.Array => [.. type.EnumerateArray().Select(t => t.ToString())],
            _ => [],
        };
        return names.Length == 0 ? throw JsonSchemaGrammar.Error($"{path}/type", type.ToString(), "a type's name or a list of them") : names;
    }

    /// <summary>The types that a value has.</summary>
    public static IReadOnlyList<string> OfValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ["object"],
        JsonValueKind.Array => ["array"],
        JsonValueKind.String => ["string"],
        JsonValueKind.Number => value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number) ? ["integer", "number"] : ["number"],
        JsonValueKind.Null => ["null"],
        _ => ["boolean"],
    };

    /// <summary>Whether no value can be valid under two of the schemas, as far as types, constants and constant members tell.</summary>
    public static bool ExcludeEachOther(IReadOnlyList<JsonElement> schemas) =>
        Enumerable.Range(0, schemas.Count).All(i => Enumerable.Range(i + 1, schemas.Count - i - 1).All(j => AreExclusive(schemas[i], schemas[j])));

    private static bool AreExclusive(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != JsonValueKind.Object || b.ValueKind != JsonValueKind.Object)
        {
            return a.ValueKind == JsonValueKind.False || b.ValueKind == JsonValueKind.False;
        }

        if (Constants(a) is { } first && Constants(b) is { } second)
        {
            return !first.Intersect(second).Any();
        }

        return !Admitted(a).Intersect(Admitted(b)).Any()
            || RequiredConstants(a).Any(own => RequiredConstants(b).Any(other => own.Name == other.Name && !own.Values.Intersect(other.Values).Any()));
    }

    private static IEnumerable<string> Admitted(JsonElement schema) => Constants(schema) is not null
        ? (schema.TryGetProperty("const", out JsonElement value) ? [value] : schema.GetProperty("enum").EnumerateArray().ToArray()).SelectMany(OfValue)
        : schema.TryGetProperty("type", out _) ? Of(schema, "").SelectMany(type => type == "number" ? ["number", "integer"] : (string[])[type]) : All;

    private static HashSet<string>? Constants(JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object ? null
        : schema.TryGetProperty("const", out JsonElement constant) ? [constant.GetRawText()]
        : schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray().Select(v => v.GetRawText())]
        : null;

    private static IEnumerable<(string Name, HashSet<string> Values)> RequiredConstants(JsonElement schema)
    {
        if (schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            && schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonElement name in required.EnumerateArray())
            {
                if (properties.TryGetProperty(name.ToString(), out JsonElement member) && Constants(member) is { } values)
                {
                    yield return (name.ToString(), values);
                }
            }
        }
    }
}
