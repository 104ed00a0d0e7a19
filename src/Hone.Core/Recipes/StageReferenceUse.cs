namespace Hone.Core.Recipes;

/// <summary>One place where a recipe names a stage.</summary>
/// <param name="Path">Keys from the top of the recipe to the record that holds the reference.</param>
/// <param name="Target">The stage named.</param>
/// <param name="Location">Where the name stands.</param>
/// <param name="Record">The record that holds the reference.</param>
internal sealed record StageReferenceUse(IReadOnlyList<string> Path, string Target, SourceLocation Location, object Record);
