namespace Hone.Core.Recipes;

/// <summary>Marks an abstract options record whose concrete form a recipe chooses with <c>type: name</c> from a registered kind.</summary>
/// <param name="kind">The kind to look the name up in: <c>stage</c>, <c>optimizer</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PolymorphicAttribute(string kind) : Attribute
{
    /// <summary>The kind to look the name up in.</summary>
    public string Kind { get; } = kind;
}
