namespace Hone.Core.Registry;

/// <summary>Base of the attributes that give a type a name which recipes and the command line can use, such as <c>[Stage("split")]</c>.</summary>
/// <remarks>
/// A kind is one derived attribute: <c>public sealed class LossAttribute(string name) : RegisteredAttribute("loss", name);</c>.
/// The attribute sits on the type that recipes create; if that is not the type that holds the options, <see cref="Options"/> names it.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public abstract class RegisteredAttribute : Attribute
{
    /// <summary>Registers the type under a kind and a name.</summary>
    /// <param name="kind">The kind in the singular and lower case: <c>stage</c>, <c>optimizer</c>.</param>
    /// <param name="name">The name as written after <c>type:</c>.</param>
    /// <exception cref="ArgumentException">The kind or the name is empty.</exception>
    protected RegisteredAttribute(string kind, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Kind = kind;
        Name = name;
    }

    /// <summary>The kind of part: <c>stage</c>, <c>optimizer</c>, <c>benchmark</c>.</summary>
    public string Kind { get; }

    /// <summary>The name as written in a recipe.</summary>
    public string Name { get; }

    /// <summary>Version of the part's behaviour, recorded with its results; 0 where the kind has no versions.</summary>
    public int Version { get; init; }

    /// <summary>The options record, where it is not the annotated type itself.</summary>
    public Type? Options { get; init; }
}
