namespace Hone.Core.Recipes;

/// <summary>What <see cref="RecipeBinder"/> checks beyond types and limits.</summary>
/// <param name="CheckInputs">Whether files named by <see cref="InputPathAttribute"/> must exist.</param>
/// <param name="MayHaveUnreadKeys">Whether a base could not be read, so that missing keys are not reported.</param>
internal readonly record struct RecipeBinderOptions(bool CheckInputs, bool MayHaveUnreadKeys);
