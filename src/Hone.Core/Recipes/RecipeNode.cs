namespace Hone.Core.Recipes;

/// <summary>One value of a recipe as written, before it gets a type.</summary>
/// <param name="Location">Where it begins.</param>
internal abstract record RecipeNode(SourceLocation Location)
{
    /// <summary>What a user calls this shape of value.</summary>
    public abstract string Shape { get; }
}
