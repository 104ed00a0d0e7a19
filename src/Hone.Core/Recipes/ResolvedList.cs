namespace Hone.Core.Recipes;

/// <summary>A resolved list.</summary>
/// <param name="Items">The values in order.</param>
/// <param name="Origin">Where the list comes from.</param>
public sealed record ResolvedList(IReadOnlyList<ResolvedNode> Items, Origin Origin) : ResolvedNode;
