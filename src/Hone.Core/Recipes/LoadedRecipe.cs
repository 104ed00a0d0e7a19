using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>A recipe that was read without a mistake.</summary>
/// <param name="Recipe">The typed recipe.</param>
/// <param name="Resolved">Every value with its origin, for printing and storing.</param>
/// <param name="Files">Full paths of the files it was read from, the recipe itself first.</param>
public sealed record LoadedRecipe(Recipe Recipe, ResolvedMap Resolved, IReadOnlyList<string> Files)
{
    /// <summary>Where the parts that it names were found.</summary>
    public required PartRegistry Registry { get; init; }
}
