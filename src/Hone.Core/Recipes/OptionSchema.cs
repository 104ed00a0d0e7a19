using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hone.Core.Recipes;

/// <summary>The keys of an options record, read from its settable properties in the order they are declared, base record first.</summary>
internal sealed class OptionSchema
{
    // Pure function of the type; kept because a recipe binds the same few records many times.
    private static readonly ConcurrentDictionary<Type, OptionSchema> Cache = new();

    private OptionSchema(Type type)
    {
        Type = type;
        var nullability = new NullabilityInfoContext();
        Keys = [.. Properties(type).Select(property => new OptionKey(
            KeyText.FromName(property.Name),
            property,
            property.IsDefined(typeof(RequiredMemberAttribute)),
            nullability.Create(property).WriteState == NullabilityState.Nullable,
            [.. property.GetCustomAttributes<ConstraintAttribute>()]))];
        if (type.GetCustomAttribute<ShorthandAttribute>() is { } shorthand)
        {
            ShorthandKey = Keys.Single(key => key.Property.Name == shorthand.Property);
        }
    }

    /// <summary>The options record.</summary>
    public Type Type { get; }

    /// <summary>Its keys.</summary>
    public IReadOnlyList<OptionKey> Keys { get; }

    /// <summary>The key that a single value sets, if the record has a shorthand.</summary>
    public OptionKey? ShorthandKey { get; }

    /// <summary>Reads the keys of a record.</summary>
    /// <exception cref="ArgumentException">The type is abstract or has no parameterless constructor, so no recipe can create it.</exception>
    public static OptionSchema For(Type type)
    {
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
        {
            throw new ArgumentException($"{type.FullName} cannot be created from a recipe: it needs to be concrete and have a parameterless constructor.", nameof(type));
        }

        return Cache.GetOrAdd(type, t => new OptionSchema(t));
    }

    /// <summary>Creates the record with its defaults; required properties are still unset.</summary>
    public object CreateDefault() => Activator.CreateInstance(Type)!; // a concrete class always gives an object

    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var levels = new Stack<Type>();
        for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            levels.Push(level);
        }

        return levels.SelectMany(level => level.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(property => property.SetMethod is { IsPublic: true });
    }
}
