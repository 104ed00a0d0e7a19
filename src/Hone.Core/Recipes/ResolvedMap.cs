namespace Hone.Core.Recipes;

/// <summary>A resolved map: every key of its record, the unwritten ones with their defaults.</summary>
/// <param name="Entries">The keys in the order of the record.</param>
/// <param name="Origin">Where the map comes from.</param>
public sealed record ResolvedMap(IReadOnlyList<KeyValuePair<string, ResolvedNode>> Entries, Origin Origin) : ResolvedNode;
