using System.Globalization;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Registry;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>Compiles a JSON schema into the grammar of texts that are valid under it.</summary>
/// <remarks>
/// <para>Texts are a subset of the valid ones: members come in the order of <c>properties</c> (others behind them), members that are not declared appear only
/// where <c>additionalProperties</c> allows them explicitly or nothing is declared, constants are written without white space.</para>
/// <para>Supported: <c>type, properties, required, additionalProperties, items, prefixItems, minItems, maxItems, enum, const, anyOf, oneOf</c> (of branches that exclude
/// each other by type, constant or a required constant member), <c>allOf</c> of one schema, <c>$ref</c> within the document (recursive too), <c>$defs, definitions,
/// minLength, maxLength, pattern, format</c> (date, time, date-time, uuid, ipv4, email), <c>minimum, maximum, exclusiveMinimum, exclusiveMaximum</c> of integers
/// (of numbers: a minimum of 0). Annotations are passed over. Everything else is refused by name.</para>
/// Source: JSON Schema draft 2020-12, core and validation.
/// </remarks>
internal sealed class JsonSchemaGrammar
{
    private const int MaxDepth = 256;

    private static readonly string[] Annotations =
        ["$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding"];

    private static readonly string[] Assertions =
    [
        "type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref",
        "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    ];

    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean", "null"];

    private readonly GrammarBuilder _builder = new();
    private readonly JsonGrammar _json;
    private readonly JsonElement _root;
    private readonly Dictionary<string, int> _references = [];
    private int _depth;

    private JsonSchemaGrammar(JsonElement root)
    {
        _root = root;
        _json = new JsonGrammar(_builder);
    }

    /// <summary>Compiles a schema.</summary>
    /// <exception cref="HoneException">The schema is malformed or uses a keyword that is not supported; the place is named.</exception>
    public static Grammar Compile(JsonElement schema)
    {
        RequireSense(schema, "#");
        var compiler = new JsonSchemaGrammar(schema);
        Fragment whole = compiler.Schema(schema, "#");
        return compiler._builder.Build(compiler._builder.Rule(whole));
    }

    private Fragment Schema(JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? _json.Value() : _builder.Nothing();
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw Error(path, $"a {schema.ValueKind} where a schema is expected", "a schema is an object, true or false");
        }

        if (++_depth > MaxDepth)
        {
            throw Error(path, $"schemas nested more than {MaxDepth} deep", "use $ref for recursion");
        }

        RequireKnownKeywords(schema, path);
        Fragment fragment = Alone(schema, path, "$ref") is { } reference ? Reference(TextOf(reference, $"{path}/$ref"), path)
            : Alone(schema, path, "allOf") is { } all ? AllOf(all, $"{path}/allOf")
            : Alone(schema, path, "anyOf") is { } any ? _builder.Choice(Branches(any, $"{path}/anyOf"))
            : Alone(schema, path, "oneOf") is { } one ? OneOf(one, $"{path}/oneOf")
            : schema.TryGetProperty("const", out JsonElement constant) ? Constants([constant], schema, path)
            : schema.TryGetProperty("enum", out JsonElement values) ? Constants(Items(values, $"{path}/enum"), schema, path)
            : _builder.Choice(JsonSchemaTypes.Of(schema, path).Select(type => OfType(type, schema, path)));
        _depth--;
        return fragment;
    }

    private Fragment OfType(string type, JsonElement schema, string path) => type switch
    {
        "null" => _builder.Text("null"),
        "boolean" => _builder.Choice(_builder.Text("true"), _builder.Text("false")),
        "string" => Text(schema, path),
        "integer" => Integer(schema, path),
        "number" => Number(schema, path),
        "array" => List(schema, path),
        "object" => new JsonSchemaObject(_builder, _json, Schema).Build(schema, path),
        "any" => _json.Value(),
        _ => throw Error($"{path}/type", $"the type '{type}'", $"one of {string.Join(", ", Types)}"),
    };

    private Fragment Text(JsonElement schema, string path)
    {
        bool hasLength = schema.TryGetProperty("minLength", out _) || schema.TryGetProperty("maxLength", out _);
        bool hasPattern = schema.TryGetProperty("pattern", out JsonElement pattern), hasFormat = schema.TryGetProperty("format", out JsonElement format);
        if ((hasLength ? 1 : 0) + (hasPattern ? 1 : 0) + (hasFormat ? 1 : 0) > 1)
        {
            throw Error(path, "two of length, pattern and format at once", "say it all in the pattern");
        }

        if (hasPattern || hasFormat)
        {
            string text = hasPattern ? TextOf(pattern, $"{path}/pattern") : JsonSchemaFormats.PatternOf(format, path);
            return _json.StringMatching(text);
        }

        int min = Count(schema, "minLength", path) ?? 0;
        int? max = Count(schema, "maxLength", path);
        return max < min ? throw Error(path, $"maxLength {max} below minLength {min}", "swap them") : hasLength ? _json.String(min, max) : _json.String();
    }

    private Fragment Integer(JsonElement schema, string path)
    {
        decimal? min = Bound(schema, "minimum", path), max = Bound(schema, "maximum", path);
        decimal? above = Bound(schema, "exclusiveMinimum", path), below = Bound(schema, "exclusiveMaximum", path);
        if (min is null && max is null && above is null && below is null)
        {
            return _json.AnyInteger();
        }

        Int128? low = Larger(min is null ? null : (Int128)Math.Ceiling(min.Value), above is null ? null : (Int128)Math.Floor(above.Value) + 1);
        Int128? high = Smaller(max is null ? null : (Int128)Math.Floor(max.Value), below is null ? null : (Int128)Math.Ceiling(below.Value) - 1);
        return low > high ? throw Error(path, $"no integer from {low} to {high}", "widen the bounds") : IntegerRange.Build(_builder, low, high);
    }

    private Fragment Number(JsonElement schema, string path)
    {
        string? bound = new[] { "maximum", "exclusiveMinimum", "exclusiveMaximum" }.FirstOrDefault(name => schema.TryGetProperty(name, out _));
        decimal? min = Bound(schema, "minimum", path);
        if (bound is not null || min is not (null or 0))
        {
            throw Error(path, $"'{bound ?? "minimum"}' of a number", "bounds are supported for type integer; for numbers only a minimum of 0");
        }

        return min is null ? _json.AnyNumber() : _json.NonNegativeNumber();
    }

    private Fragment List(JsonElement schema, string path)
    {
        int min = Count(schema, "minItems", path) ?? 0;
        int? max = Count(schema, "maxItems", path);
        if (max < min)
        {
            throw Error(path, $"maxItems {max} below minItems {min}", "swap them");
        }

        bool hasItems = schema.TryGetProperty("items", out JsonElement items);
        if (!schema.TryGetProperty("prefixItems", out JsonElement prefix))
        {
            int item = _builder.Rule(hasItems ? Schema(items, $"{path}/items") : _json.Value());
            return _json.List(() => _builder.Call(item), min, max);
        }

        // A tuple: exactly the items described, since 'items' for more of them would need a count.
        IReadOnlyList<JsonElement> parts = Items(prefix, $"{path}/prefixItems");
        if ((hasItems && items.ValueKind != JsonValueKind.False) || min > parts.Count || max < parts.Count)
        {
            throw Error(path, "prefixItems together with items, or with fewer or more items than it lists", "set items to false and leave minItems and maxItems out");
        }

        var sequence = new List<Fragment> { _builder.Text("["), _json.Space() };
        for (int i = 0; i < parts.Count; i++)
        {
            sequence.AddRange(i > 0 ? [_json.Comma()] : []);
            sequence.Add(Schema(parts[i], $"{path}/prefixItems/{i}"));
        }

        return _builder.Sequence([.. sequence, _json.Space(), _builder.Text("]")]);
    }

    private Fragment Constants(IReadOnlyList<JsonElement> values, JsonElement schema, string path)
    {
        string[] types = schema.TryGetProperty("type", out _) ? [.. JsonSchemaTypes.Of(schema, path)] : Types;
        JsonElement[] allowed = [.. values.Where(value => JsonSchemaTypes.OfValue(value).Any(types.Contains))];
        return allowed.Length == 0 ? throw Error(path, "no value of the enum has the type", "change type or enum") : _builder.Choice(allowed.Select(_json.Constant));
    }

    private Fragment OneOf(JsonElement branches, string path)
    {
        if (!JsonSchemaTypes.ExcludeEachOther([.. Items(branches, path).Select(branch => Resolve(branch, path))]))
        {
            throw Error(path, "branches of oneOf that may be valid at once", "use anyOf, or give the branches different types or a required member with different constants");
        }

        return _builder.Choice(Branches(branches, path));
    }

    private Fragment AllOf(JsonElement branches, string path) =>
        Items(branches, path) is [JsonElement only] ? Schema(only, $"{path}/0") : throw Error(path, "more than one schema", "merge them into one");

    private Fragment[] Branches(JsonElement branches, string path) => [.. Items(branches, path).Select((branch, i) => Schema(branch, $"{path}/{i}"))];

    private Fragment Reference(string reference, string path)
    {
        if (!_references.TryGetValue(reference, out int rule))
        {
            rule = _builder.DeclareRule();
            _references.Add(reference, rule);
            _builder.DefineRule(rule, Schema(Find(reference, path), reference));
        }

        return _builder.Call(rule);
    }

    private JsonElement Resolve(JsonElement schema, string path)
    {
        for (int hops = 0; hops < MaxDepth && schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out JsonElement reference); hops++)
        {
            schema = Find(TextOf(reference, $"{path}/$ref"), path);
        }

        return schema;
    }

    private JsonElement Find(string reference, string path)
    {
        JsonElement found = _root;
        string[] steps = reference.StartsWith('#') ? reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries) : throw Error(path, $"$ref '{reference}'", "refer to a place in the same document: #/$defs/…");
        foreach (string step in steps)
        {
            string name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            bool exists = found.ValueKind switch
            {
                JsonValueKind.Object => found.TryGetProperty(name, out found),
                JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < found.GetArrayLength() => TryIndex(ref found, index),
                _ => false,
            };
            if (!exists)
            {
                throw Error(path, $"$ref '{reference}', which leads nowhere", "check the names in it");
            }
        }

        return found;
    }

    private static bool TryIndex(ref JsonElement array, int index)
    {
        array = array[index];
        return true;
    }

    // A keyword that stands for the whole schema: nothing else may constrain beside it.
    private static JsonElement? Alone(JsonElement schema, string path, string keyword)
    {
        if (!schema.TryGetProperty(keyword, out JsonElement value))
        {
            return null;
        }

        string[] others = [.. schema.EnumerateObject().Select(p => p.Name).Where(name => name != keyword && name != "type" && !Annotations.Contains(name))];
        return others.Length > 0 ? throw Error(path, $"'{keyword}' beside '{string.Join("', '", others)}'", "move them into one schema") : value;
    }

    private static void RequireKnownKeywords(JsonElement schema, string path)
    {
        foreach (JsonProperty property in schema.EnumerateObject())
        {
            if (!Annotations.Contains(property.Name) && !Assertions.Contains(property.Name))
            {
                IReadOnlyList<string> similar = NearestNames.Similar(property.Name, Assertions);
                throw Error(path, $"the keyword '{property.Name}', which is not supported", similar.Count > 0 ? $"did you mean '{similar[0]}'? otherwise remove it" : "remove it, or express it with the supported keywords");
            }
        }
    }

    // What JSON can spell and no schema means: half of a surrogate pair, which is no text, and two members of one name. The reader bounds the depth.
    private static void RequireSense(JsonElement element, string path)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    _ = element.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
                    {
                        RequireSense(item, $"{path}/{index}");
                    }

                    break;
                case JsonValueKind.Object:
                    var names = new HashSet<string>(StringComparer.Ordinal);
                    foreach (JsonProperty property in element.EnumerateObject())
                    {
                        if (!names.Add(property.Name))
                        {
                            throw Error(path, $"the member '{property.Name}' twice", "remove one of them");
                        }

                        RequireSense(property.Value, $"{path}/{property.Name}");
                    }

                    break;
            }
        }
        catch (InvalidOperationException e)
        {
            throw new HoneException("A JSON schema cannot be used as a constraint.", path, "half of a surrogate pair, \ud800 to \udfff, that stands alone", "write the whole character", e);
        }
    }

    private static string TextOf(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Error(path, $"{value.ValueKind} where a text is expected", "write it in quotes"); // a string has a text

    private static IReadOnlyList<JsonElement> Items(JsonElement list, string path) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? [.. list.EnumerateArray()] : throw Error(path, "no list of at least one item", "give a list");

    private static int? Count(JsonElement schema, string name, string path) =>
        !schema.TryGetProperty(name, out JsonElement value) ? null : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count >= 0 ? count : throw Error($"{path}/{name}", value.ToString(), "a whole number, 0 or more");

    private static decimal? Bound(JsonElement schema, string name, string path) =>
        !schema.TryGetProperty(name, out JsonElement value) ? null : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal bound) ? bound : throw Error($"{path}/{name}", value.ToString(), "a number of at most 28 digits");

    private static Int128? Larger(Int128? a, Int128? b) => a is null ? b : b is null ? a : Int128.Max(a.Value, b.Value);

    private static Int128? Smaller(Int128? a, Int128? b) => a is null ? b : b is null ? a : Int128.Min(a.Value, b.Value);

    /// <summary>An error at a place of the schema.</summary>
    internal static HoneException Error(string path, string facts, string fix) => new("A JSON schema cannot be used as a constraint.", path, facts, fix);
}
