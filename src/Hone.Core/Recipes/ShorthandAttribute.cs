namespace Hone.Core.Recipes;

/// <summary>Lets a recipe write a single value where the record has one property that matters: <c>model: path</c> for <c>model: { path: path }</c>.</summary>
/// <param name="property">Name of that property.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ShorthandAttribute(string property) : Attribute
{
    /// <summary>Name of the property that the single value sets.</summary>
    public string Property { get; } = property;
}
