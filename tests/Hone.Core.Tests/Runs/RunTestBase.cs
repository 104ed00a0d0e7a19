using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Runs;

/// <summary>Runs small recipes in a temporary folder and keeps their events.</summary>
public abstract class RunTestBase : IDisposable, IProgressSink
{
    protected RunTestBase()
    {
        Rows = Folder.Write("rows.jsonl", string.Concat(Enumerable.Range(0, 12).Select(i => $"{{\"i\":{i}}}\n")));
        RecipePath = Folder.Write("r.yaml", $"""
            name: small
            seed: 5
            stages:
              parts:
                type: split
                input: {Rows}
                validation_count: 3
              mixed:
                type: shuffle
                input: {"{"} from: parts, artifact: train.jsonl {"}"}
              reported:
                type: note_rows
                input: {"{"} from: mixed {"}"}
            """);
    }

    protected TemporaryFolder Folder { get; } = new();

    protected string Rows { get; }

    protected string RecipePath { get; }

    protected List<ProgressEvent> Events { get; } = [];

    protected string Root => Folder["runs"];

    protected static TimeProvider Time { get; } = new FixedTime();

    protected IEnumerable<string> Warnings => Events.OfType<WarningRaised>().Select(warning => warning.Message);

    protected LoadedRecipe ReadRecipe(params string[] sets) =>
        new RecipeReader(new PartRegistry(() => [typeof(Stage).Assembly, typeof(RunTestBase).Assembly]), _ => null).Read(RecipePath, sets);

    protected string Start(IFileSystem? files = null, string? only = null)
    {
        LoadedRecipe recipe = ReadRecipe();
        using RunFolder folder = RunFolder.Create(Root, recipe, Time, files ?? new PhysicalFileSystem());
        new RunSession(RunPlan.Create(recipe, only), folder, this, Time).Execute(TestContext.Current.CancellationToken);
        return folder.Path;
    }

    protected RunManifest Resume(string path, IFileSystem? files = null, params string[] sets)
    {
        Events.Clear();
        LoadedRecipe recipe = ReadRecipe(sets);
        using RunFolder folder = RunFolder.Open(path, recipe, Time, files ?? new PhysicalFileSystem());
        new RunSession(RunPlan.Create(recipe, null), folder, this, Time).Execute(TestContext.Current.CancellationToken);
        return folder.Manifest;
    }

    /// <summary>Every artifact of a run by its path, for comparing whole runs.</summary>
    protected static Dictionary<string, string> Artifacts(string run)
    {
        string stages = Path.Combine(run, "stages");
        return Directory.GetFiles(stages, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(stages, file), File.ReadAllText);
    }

    void IProgressSink.Report(ProgressEvent progress) => Events.Add(progress);

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
