using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Curation.Synthesis;

namespace Hone.Curation.Tests;

/// <summary>Runs one stage in a temporary folder.</summary>
internal sealed class StageRun : IProgressSink, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-curation-").FullName;

    /// <summary>Contents of the files that it wrote.</summary>
    public Dictionary<string, string> Files { get; } = [];

    /// <summary>Its figures.</summary>
    public IReadOnlyDictionary<string, double> Counts { get; private set; } = new Dictionary<string, double>();

    /// <summary>Its warnings.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The training rows.</summary>
    public ChatRow[] Train => ChatRow.ReadAll(Files["train.jsonl"]);

    /// <summary>The held-out rows.</summary>
    public ChatRow[] HeldOut => ChatRow.ReadAll(Files["held_out.jsonl"]);

    /// <summary>Runs a stage given by its keys.</summary>
    public static StageRun Of(string stage, ulong seed = 1)
    {
        var run = new StageRun();
        try
        {
            run.Execute(stage, seed);
            return run;
        }
        finally
        {
            run.Dispose();
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    void IProgressSink.Report(ProgressEvent progress)
    {
        if (progress is WarningRaised warning)
        {
            Warnings.Add(warning.Message);
        }
    }

    private void Execute(string stage, ulong seed)
    {
        string recipe = Path.Combine(_folder, "r.yaml");
        File.WriteAllText(recipe, $"name: t\nseed: {seed}\nstages: {{ s: {{ {stage} }} }}");
        LoadedRecipe loaded = new RecipeReader(new PartRegistry(() => [typeof(Stage).Assembly, typeof(WordProblemsStage).Assembly]), _ => null).Read(recipe, []);
        using RunFolder folder = RunFolder.Create(Path.Combine(_folder, "runs"), loaded, TimeProvider.System, new PhysicalFileSystem());
        new RunSession(RunPlan.Create(loaded, null), folder, this, TimeProvider.System).Execute(TestContext.Current.CancellationToken);
        foreach (string output in loaded.Recipe.Stages["s"].Outputs)
        {
            Files[output] = File.ReadAllText(folder.ArtifactPath("s", output));
        }

        Counts = folder.Manifest.Stage("s").Counts;
    }
}
