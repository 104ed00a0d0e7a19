namespace Hone.Core.Recipes;

/// <summary>One key of a map with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyLocation">Where the key stands.</param>
/// <param name="Value">The value.</param>
internal sealed record MapEntry(string Key, SourceLocation KeyLocation, RecipeNode Value);
