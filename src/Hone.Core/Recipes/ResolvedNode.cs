namespace Hone.Core.Recipes;

/// <summary>A value of the resolved recipe with its origin; the form in which a recipe is printed and stored.</summary>
public abstract record ResolvedNode;
