using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Recipes;

/// <summary>Reads recipes from a temporary folder with the test assembly's parts registered.</summary>
public abstract class RecipeTestBase : IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    protected Dictionary<string, string> Variables { get; } = [];

    protected static PartRegistry Registry { get; } = new(() => [typeof(Stage).Assembly, typeof(RecipeTestBase).Assembly]);

    protected LoadedRecipe Read(string yaml, params string[] sets) => ReadFile(Folder.Write("r.yaml", yaml), sets);

    protected LoadedRecipe ReadFile(string path, params string[] sets) => new RecipeReader(Registry, Variables.GetValueOrDefault).Read(path, sets);

    /// <summary>Reads a recipe that is wrong and returns what is printed, with the temporary folder's name taken out.</summary>
    protected string Errors(string yaml, params string[] sets) => ErrorsOf(Folder.Write("r.yaml", yaml), sets);

    protected string ErrorsOf(string path, params string[] sets) =>
        Assert.Throws<RecipeException>(() => ReadFile(path, sets)).Render().Replace(Folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>A recipe with one tune stage that has the given further lines.</summary>
    protected static string Tune(string lines) => $"""
        name: t
        stages:
          a:
            type: tune
            optimizer: {"{"} type: sgd, learning_rate: 0.5 {"}"}
        {string.Join('\n', lines.Split('\n').Select(line => "    " + line))}
        """;

    protected TuneStage ReadTune(string lines, params string[] sets) => (TuneStage)Read(Tune(lines), sets).Recipe.Stages["a"];

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
