using System.Collections;
using System.Reflection;
using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Describes values and types that no recipe text mentions: defaults for the resolved recipe, type names for help.</summary>
internal static class ResolvedDefaults
{
    /// <summary>Gives the resolved form of a default value.</summary>
    public static ResolvedNode Describe(object? value, Type type, PartRegistry registry)
    {
        if (value is null)
        {
            return new ResolvedScalar("null", false, Origin.Default);
        }

        if (ScalarText.Supports(type))
        {
            return new ResolvedScalar(ScalarText.Format(value), ScalarText.IsText(type), Origin.Default);
        }

        if (value is IDictionary map)
        {
            Type itemType = type.GetGenericArguments()[1];
            return new ResolvedMap([.. map.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, Describe(map[key], itemType, registry)))], Origin.Default);
        }

        if (value is IEnumerable items)
        {
            Type itemType = type.GetGenericArguments()[0];
            return new ResolvedList([.. items.Cast<object>().Select(item => Describe(item, itemType, registry))], Origin.Default);
        }

        var entries = new List<KeyValuePair<string, ResolvedNode>>();
        if (type.GetCustomAttribute<PolymorphicAttribute>() is { } polymorphic)
        {
            RegisteredPart part = registry.All(polymorphic.Kind).First(p => p.Options == value.GetType());
            entries.Add(new("type", new ResolvedScalar(part.Name, true, Origin.Default)));
        }

        entries.AddRange(OptionSchema.For(value.GetType()).Keys.Select(key =>
            KeyValuePair.Create(key.Name, Describe(key.Property.GetValue(value), key.ValueType, registry))));
        return new ResolvedMap(entries, Origin.Default);
    }

    /// <summary>Says in a few words what a key holds.</summary>
    public static string DescribeType(Type type)
    {
        if (ScalarText.Supports(type))
        {
            return ScalarText.Describe(type);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return $"list of {DescribeType(type.GetGenericArguments()[0])}";
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return $"map from name to {DescribeType(type.GetGenericArguments()[1])}";
        }

        if (type.GetCustomAttribute<PolymorphicAttribute>() is { } polymorphic)
        {
            return $"{polymorphic.Kind} (type: …; hone list {polymorphic.Kind})";
        }

        OptionSchema schema = OptionSchema.For(type);
        string keys = $"{{ {string.Join(", ", schema.Keys.Select(key => key.Name))} }}";
        return schema.ShorthandKey is null ? keys : $"{DescribeType(schema.ShorthandKey.ValueType)} or {keys}";
    }
}
