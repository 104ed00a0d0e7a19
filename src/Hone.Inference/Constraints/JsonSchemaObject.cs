using System.Text.Json;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>Compiles a schema of type object.</summary>
internal sealed class JsonSchemaObject(GrammarBuilder builder, JsonGrammar json, Func<JsonElement, string, Fragment> compile)
{
    /// <summary>The objects that are valid under a schema, members in the order of its <c>properties</c>.</summary>
    public Fragment Build(JsonElement schema, string path)
    {
        var members = new List<(string Name, Fragment Value, bool IsRequired)>();
        HashSet<string> required = Required(schema, path);
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            if (properties.ValueKind != JsonValueKind.Object)
            {
                throw JsonSchemaGrammar.Error($"{path}/properties", "no object", "name each member with its schema");
            }

            members.AddRange(properties.EnumerateObject().Select(p => (p.Name, compile(p.Value, $"{path}/properties/{p.Name}"), required.Remove(p.Name))));
        }

        bool hasOthers = schema.TryGetProperty("additionalProperties", out JsonElement others);
        if (required.Count > 0)
        {
            if (hasOthers && others.ValueKind == JsonValueKind.False)
            {
                throw JsonSchemaGrammar.Error($"{path}/required", $"'{string.Join("', '", required)}', which properties does not name", "describe it under properties");
            }

            members.AddRange(required.Order(StringComparer.Ordinal).Select(name => (name, hasOthers ? compile(others, $"{path}/additionalProperties") : json.Value(), true)));
        }

        bool isOpen = hasOthers ? others.ValueKind != JsonValueKind.False : members.Count == 0;
        if (!isOpen)
        {
            return Members(members, null);
        }

        int value = builder.Rule(hasOthers ? compile(others, $"{path}/additionalProperties") : json.Value());
        int other = builder.Rule(json.Member(members.Count == 0 ? json.String() : json.NameOtherThan([.. members.Select(m => m.Name)]), builder.Call(value)));
        return Members(members, other);
    }

    // Two tracks: 'none' has written no member yet, 'some' has and needs a comma before the next.
    private Fragment Members(List<(string Name, Fragment Value, bool IsRequired)> members, int? other)
    {
        int start = builder.Node(), none = start, some = builder.Node();
        foreach ((string name, Fragment value, bool isRequired) in members)
        {
            using JsonDocument text = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(name));
            int member = builder.Rule(json.Member(json.Constant(text.RootElement), value));
            int nextNone = builder.Node(), nextSome = builder.Node();
            Connect(none, builder.Call(member), nextSome);
            Connect(some, builder.Sequence(json.Comma(), builder.Call(member)), nextSome);
            if (!isRequired)
            {
                builder.Jump(none, nextNone);
                builder.Jump(some, nextSome);
            }

            (none, some) = (nextNone, nextSome);
        }

        if (other is { } rule)
        {
            Connect(none, builder.Call(rule), some);
            Connect(some, builder.Sequence(json.Comma(), builder.Call(rule)), some);
        }

        int end = builder.Node();
        Connect(none, builder.Empty(), end);
        Connect(some, json.Space(), end);
        return builder.Sequence(builder.Text("{"), json.Space(), new Fragment(start, end), builder.Text("}"));
    }

    private void Connect(int from, Fragment over, int to)
    {
        builder.Jump(from, over.Start);
        builder.Jump(over.End, to);
    }

    private static HashSet<string> Required(JsonElement schema, string path)
    {
        if (!schema.TryGetProperty("required", out JsonElement required))
        {
            return [];
        }

        return required.ValueKind == JsonValueKind.Array && required.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? [.. required.EnumerateArray().Select(name => name.ToString())]
            : throw JsonSchemaGrammar.Error($"{path}/required", required.ToString(), "a list of member names");
    }
}
