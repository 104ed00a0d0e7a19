using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Curation.Synthesis;
using Hone.Data.Formats;
using Hone.Evaluation.Graders;
using Hone.Pipelines.Stages;
using Hone.Training.Optimizers;

namespace Hone.Pipelines.Tests;

/// <summary>Runs recipes in a temporary folder, which lasts as long as the test.</summary>
public sealed class RecipeRun : IProgressSink, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-pipelines-").FullName;
    private int _runs;

    /// <summary>Warnings of all runs.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Figures of the last run by stage.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, double>> Counts { get; } = [];

    /// <summary>Writes an input file.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs stages given as YAML, and returns the folder of the stages.</summary>
    public string Stages(string stages, ulong seed = 1) => File(Write("r.yaml", $"name: t\nseed: {seed}\nstages:\n{stages}"));

    /// <summary>Runs a recipe file, and returns the folder of the stages.</summary>
    public string File(string recipe, params string[] sets)
    {
        var registry = new PartRegistry(() => [typeof(Stage).Assembly, typeof(WordProblemsStage).Assembly, typeof(TokenizerStage).Assembly, typeof(RowFormat).Assembly, typeof(Grader).Assembly, typeof(OptimizerOptions).Assembly]);
        LoadedRecipe loaded = new RecipeReader(registry, _ => null).Read(recipe, sets);
        using RunFolder folder = RunFolder.Create(Path.Combine(_folder, $"runs{_runs++}"), loaded, TimeProvider.System, new PhysicalFileSystem());
        new RunSession(RunPlan.Create(loaded, null), folder, this, TimeProvider.System).Execute(TestContext.Current.CancellationToken);
        foreach (string stage in loaded.Recipe.Stages.Keys)
        {
            Counts[stage] = folder.Manifest.Stage(stage).Counts;
        }

        return Path.Combine(folder.Path, "stages");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void IProgressSink.Report(ProgressEvent progress)
    {
        if (progress is WarningRaised warning)
        {
            Warnings.Add(warning.Message);
        }
    }
}
