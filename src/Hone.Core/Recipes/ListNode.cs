namespace Hone.Core.Recipes;

/// <summary>A list of values.</summary>
/// <param name="Items">The values in order.</param>
/// <param name="Location">Where it begins.</param>
internal sealed record ListNode(IReadOnlyList<RecipeNode> Items, SourceLocation Location) : RecipeNode(Location)
{
    /// <inheritdoc/>
    public override string Shape => "a list";
}
