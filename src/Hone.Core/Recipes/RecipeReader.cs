using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Reads recipes: YAML, what it extends, <c>--set</c>, environment, types, limits and references between stages.</summary>
/// <param name="registry">Finds what <c>type:</c> names.</param>
/// <param name="environment">Looks an environment variable up; <see langword="null"/> if it is not set.</param>
public sealed class RecipeReader(PartRegistry registry, Func<string, string?> environment)
{
    /// <summary>Reads and checks a recipe completely.</summary>
    /// <param name="path">The recipe file.</param>
    /// <param name="sets">The <c>--set</c> arguments in order, each <c>key=value</c>.</param>
    /// <param name="checkInputs">Whether the files it names must exist.</param>
    /// <exception cref="RecipeException">Anything is wrong; holds every problem with its place.</exception>
    public LoadedRecipe Read(string path, IReadOnlyList<string> sets, bool checkInputs = true)
    {
        (Recipe recipe, ResolvedMap resolved, IReadOnlyList<string> files) = ReadAs<Recipe>(path, sets, checkInputs);
        return new LoadedRecipe(recipe, resolved, files) { Registry = registry };
    }

    /// <summary>Reads a file into any options record, by the rules of recipes.</summary>
    internal (T Record, ResolvedMap Resolved, IReadOnlyList<string> Files) ReadAs<T>(string path, IReadOnlyList<string> sets, bool checkInputs)
        where T : class
    {
        var problems = new RecipeProblems();
        var loader = new RecipeLoader(environment, problems);
        MapNode? map = loader.Load(path, sets);
        if (map is null)
        {
            problems.ThrowIfAny();
            throw new InvalidOperationException("A recipe that cannot be read reports a problem.");
        }

        var binder = new RecipeBinder(registry, problems, new RecipeBinderOptions(checkInputs, MayHaveUnreadKeys: !loader.IsComplete));
        BoundValue bound = binder.BindRoot(map, typeof(T), [RecipeLoader.ExtendsKey]);
        string[] stages = map.Find("stages")?.Value is MapNode stageMap ? [.. stageMap.Entries.Select(entry => entry.Key)] : [];
        new StageReferenceChecks(stages, binder.References, problems).Run((bound.Value as Recipe)?.Stages);
        problems.ThrowIfAny();
        return bound.Value is T record
            ? (record, (ResolvedMap)bound.Node, loader.Files)
            : throw new InvalidOperationException("A recipe that cannot be bound reports a problem.");
    }
}
