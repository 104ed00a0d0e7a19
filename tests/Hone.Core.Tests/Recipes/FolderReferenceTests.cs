using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Recipes;

/// <summary>Makes a model in its own folder, and two adapters below it.</summary>
[Stage("make-folders")]
public sealed record MakeFoldersStage : Stage
{
    public override IReadOnlyList<string> Outputs => ["model.safetensors", "config.json", "first/adapter_config.json", "second/adapter_config.json"];

    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        foreach (string name in Outputs.Append("second/extra.bin"))
        {
            context.Publish(name, System.Text.Encoding.UTF8.GetBytes(name));
        }

        return new Dictionary<string, double>();
    }
}

/// <summary>Uses a model and an adapter.</summary>
[Stage("use-folders")]
public sealed record UseFoldersStage : Stage
{
    public ModelReference? Model { get; init; }

    public AdapterReference? Adapter { get; init; }

    public override IReadOnlyList<string> Outputs => ["paths.txt"];

    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        string[] paths = [.. ((FolderReference?[])[Model, Adapter]).OfType<FolderReference>().Select(context.OpenInput)];
        context.Publish("paths.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', paths.Append(context.HashInputs()))));
        return new Dictionary<string, double>();
    }
}

public sealed class FolderReferenceTests : RecipeTestBase, IProgressSink
{
    [Fact]
    public void OpenInput_OfWhatStagesMade_RecordsTheFilesOfThatFolderAlone()
    {
        (RunManifest manifest, string[] lines) = Run("model: { from: make }, adapter: { from: make, artifact: second }");

        Assert.Equal(
            ["stages/make/model.safetensors", "stages/make/config.json", "stages/make/second/adapter_config.json", "stages/make/second/extra.bin"],
            manifest.Stage("use").Inputs.Select(input => input.Path));
        Assert.EndsWith("/stages/make", lines[0].TrimEnd('/'), StringComparison.Ordinal);
        Assert.EndsWith("/stages/make/second", lines[1], StringComparison.Ordinal);
        Assert.Equal(64, lines[2].Length);
    }

    [Fact]
    public void OpenInput_OfAPath_AsksTheHostAndRecordsTheFiles()
    {
        Folder.Write("cache/b.bin", "b");
        string config = Folder.Write("cache/config.json", "{}");

        (RunManifest manifest, string[] lines) = Run("model: org/name", name => name == "org/name" ? Folder["cache"] : throw new InvalidOperationException(name));

        Assert.Equal(Folder["cache"], lines[0]);
        Assert.Equal([Folder["cache/b.bin"], config], manifest.Stage("use").Inputs.Select(input => input.Path));
    }

    [Fact]
    public void HashInputs_OfOtherContent_IsAnother()
    {
        Folder.Write("m/config.json", "{}");
        string before = Run("model: '" + Folder["m"] + "'").Lines[^1];
        string same = Run("model: '" + Folder["m"] + "'").Lines[^1];
        Folder.Write("m/config.json", "[]");

        Assert.Equal(before, same);
        Assert.NotEqual(before, Run("model: '" + Folder["m"] + "'").Lines[^1]);
    }

    void IProgressSink.Report(ProgressEvent progress)
    {
    }

    private (RunManifest Manifest, string[] Lines) Run(string keys, Func<string, string>? resolve = null)
    {
        LoadedRecipe recipe = Read($$"""
            name: t
            stages:
              make: { type: make-folders }
              use: { type: use-folders, {{keys}} }
            """);
        using RunFolder folder = RunFolder.Create(Folder["runs"], recipe, TimeProvider.System, new PhysicalFileSystem());
        new RunSession(RunPlan.Create(recipe, null), folder, this, TimeProvider.System) { ResolveModel = resolve ?? (path => path) }.Execute(TestContext.Current.CancellationToken);
        return (folder.Manifest, File.ReadAllLines(folder.ArtifactPath("use", "paths.txt")));
    }

    [Theory]
    [InlineData("model: { from: make }", "")]
    [InlineData("model: { from: make, artifact: . }", "")]
    [InlineData("adapter: { from: make, artifact: second }", "")]
    [InlineData("adapter: { from: make }", "the stage 'make' makes 2 folders of this kind; say which one|artifact: first | second")]
    [InlineData("adapter: { from: make, artifact: third }", "the stage 'make' makes no 'third' that is an adapter|artifact: first | second")]
    [InlineData("model: { from: data }", "the stage 'data' makes no folder that is a model|it makes: sample.jsonl")]
    [InlineData("model: { from: mkae }", "there is no stage 'mkae' in this recipe|nearest: make")]
    [InlineData("model: { from: use }", "the stage 'use' takes its input from itself|name an earlier stage")]
    [InlineData("model: { from: late }", "the stage 'late' comes after 'use', which needs its output|move 'late' above 'use'")]
    [InlineData("model: { path: m, from: make }", "both 'path' and 'from' name a model|give either path: PATH or from: STAGE")]
    [InlineData("model: { dtype: bf16 }", "a model is needed here|give either path: PATH or from: STAGE")]
    [InlineData("model: { path: m, artifact: x }", "no stage is named|add from: STAGE or remove artifact")]
    [InlineData("adapter: absent-folder", "there is no file 'absent-folder'|")]
    public void Read_Reference_IsCheckedAsOneToAFile(string key, string problems)
    {
        string input = Folder.Write("in.jsonl", "{}\n");
        string yaml = $$"""
            name: t
            stages:
              make: { type: make-folders }
              data: { type: sample, input: '{{input}}', count: 1 }
              use: { type: use-folders, {{key}} }
              late: { type: make-folders }
            """;

        if (problems.Length == 0)
        {
            Assert.Equal(4, Read(yaml).Recipe.Stages.Count);
            return;
        }

        string errors = Errors(yaml);
        Assert.All(problems.Split('|', 2), part => Assert.Contains(part, errors, StringComparison.Ordinal));
        Assert.EndsWith("1 error; nothing was started.", errors, StringComparison.Ordinal);
    }
}
