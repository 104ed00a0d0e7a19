namespace Hone.Core.Recipes;

/// <summary>A single resolved value.</summary>
/// <param name="Text">The value in canonical form; <c>null</c> for nothing.</param>
/// <param name="IsText">Whether the value is text, which YAML may need to quote.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record ResolvedScalar(string Text, bool IsText, Origin Origin) : ResolvedNode;
