namespace Hone.Core.Recipes;

/// <summary>Reads a recipe with everything it extends, applies <c>--set</c> arguments and environment references.</summary>
internal sealed class RecipeLoader
{
    /// <summary>The key that names the recipe to build upon.</summary>
    public const string ExtendsKey = "extends";

    private const int MaxChain = 16; // deeper inheritance than anyone can follow

    private readonly RecipeProblems _problems;
    private readonly EnvironmentReferences _references;
    private readonly List<string> _files = [];
    private readonly List<(string FullPath, string Name)> _chain = [];

    /// <summary>Creates a loader for one recipe.</summary>
    /// <param name="environment">Looks an environment variable up; <see langword="null"/> if it is not set.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    public RecipeLoader(Func<string, string?> environment, RecipeProblems problems)
    {
        _problems = problems;
        _references = new EnvironmentReferences(environment, problems);
    }

    /// <summary>Full paths of the files that were read, the recipe first.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Whether every base was read; if not, keys that seem missing may stand in the unread one.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Reads a recipe.</summary>
    /// <returns><see langword="null"/> if no map could be read, which is reported.</returns>
    public MapNode? Load(string path, IReadOnlyList<string> sets)
    {
        MapNode? recipe = ReadFile(path, path, OriginKind.Recipe, null);
        if (recipe is null)
        {
            return null;
        }

        foreach (string argument in sets)
        {
            recipe = SetArgument.Parse(argument, _problems)?.Apply(recipe, _problems) ?? recipe;
        }

        return (MapNode)_references.Resolve(recipe);
    }

    private MapNode? ReadFile(string path, string name, OriginKind kind, SourceLocation? from)
    {
        SourceText? source = RecipeFile.Read(path, name, kind, _problems, from);
        if (source is null)
        {
            return null;
        }

        string fullPath = Path.GetFullPath(path);
        _files.Add(fullPath);
        _chain.Add((fullPath, name));
        int before = _problems.Count;
        RecipeNode? node = YamlReader.Read(source, _problems);
        if (node is not MapNode map)
        {
            if (_problems.Count == before)
            {
                string shape = node is null or ScalarNode { IsNull: true } ? "empty" : $"{node.Shape}, not a map of keys";
                _problems.Add(new RecipeProblem($"the recipe is {shape}", null, name)
                {
                    Notes = ["a recipe has at least the keys name and stages"],
                    Help = "hone help recipe",
                });
            }

            return null;
        }

        return map.Find(ExtendsKey) is { } extends ? Extend(map, extends, fullPath, name) : map;
    }

    private MapNode? Extend(MapNode map, MapEntry extends, string fullPath, string name)
    {
        MapNode own = map with { Entries = [.. map.Entries.Where(entry => entry.Key != ExtendsKey)] };
        if (extends.Value is not ScalarNode { IsNull: false } written)
        {
            IsComplete = false;
            _problems.Add(extends.Value.Location, $"'extends' must be the path of a recipe, not {extends.Value.Shape}", ["it is relative to this file"]);
            return own;
        }

        ScalarNode target = _references.Resolve(written);
        string basePath = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(fullPath)!, target.Text));
        string baseName = Path.IsPathRooted(name) ? basePath : Path.GetRelativePath(Directory.GetCurrentDirectory(), basePath);
        int repeated = _chain.FindIndex(file => file.FullPath == basePath);
        if (repeated >= 0)
        {
            string cycle = string.Join(" → ", _chain.Skip(repeated).Select(file => file.Name).Append(_chain[repeated].Name));
            IsComplete = false;
            _problems.Add(target.Location, "'extends' runs in a circle", [cycle]);
            return own;
        }

        if (_chain.Count >= MaxChain)
        {
            IsComplete = false;
            _problems.Add(target.Location, $"'extends' goes through more than {MaxChain} files", []);
            return own;
        }

        // A base that cannot be read is reported; the rest of the recipe is still checked on its own.
        MapNode? below = ReadFile(basePath, baseName, OriginKind.Base, target.Location);
        IsComplete &= below is not null;
        return below?.MergeWith(own) ?? own;
    }
}
