using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Hone.Core.Registry;
using Hone.Training;

namespace Hone.Conformance.Tests.Training;

/// <summary>Makes the options record of a registered part from the arguments of a fixture, whose names are those of the reference implementation.</summary>
internal static class FixtureOptions
{
    private static readonly PartRegistry s_registry = new(() => [typeof(TrainingException).Assembly]);

    /// <summary>The record of the part <paramref name="name"/> with <paramref name="arguments"/> set; fails on an argument that it has no key for.</summary>
    public static T Create<T>(string kind, string name, IEnumerable<(string Key, JsonElement Value)> arguments)
    {
        RegisteredPart part = s_registry.Find(kind, name);
        object options = Activator.CreateInstance(part.Options)!; // an options record always has a parameterless constructor
        foreach ((string key, JsonElement value) in arguments)
        {
            PropertyInfo? property = part.Options.GetProperties().SingleOrDefault(p => p.Name.Equals(key.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
            Assert.True(property is not null, $"{kind} '{name}' has no key for the fixture's argument '{key}'");
            property.SetValue(options, Convert(value, property.PropertyType));
        }

        return (T)options;
    }

    private static object? Convert(JsonElement value, Type type)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => value.EnumerateArray().Select(item => item.GetDouble()).ToArray(),
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            JsonValueKind.String => Enum.Parse(target, value.GetString()!.Replace("1-", "OneMinus", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            _ => System.Convert.ChangeType(value.GetDouble(), target, CultureInfo.InvariantCulture),
        };
    }
}
