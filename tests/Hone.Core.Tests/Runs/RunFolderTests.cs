using System.Text.Json;
using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Runs;

public sealed class RunFolderTests : RunTestBase
{
    [Fact]
    public void Execute_NewRun_WritesManifestMetricsAndArtifacts()
    {
        string run = Start();

        Assert.Equal("20260102-030405-small", Path.GetFileName(run));
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json")));
        JsonElement parts = manifest.RootElement.GetProperty("stages")[0];
        Assert.Equal("done", parts.GetProperty("status").GetString());
        Assert.Equal(9, parts.GetProperty("counts").GetProperty("rows_train").GetInt32());
        Assert.Equal(FileDigest.Of(Rows, TestContext.Current.CancellationToken).Sha256, parts.GetProperty("inputs")[0].GetProperty("sha256").GetString());
        Assert.Equal("Infinity", manifest.RootElement.GetProperty("stages")[2].GetProperty("counts").GetProperty("perplexity").GetString());
        Assert.Equal("stages/reported/notes/count.txt", manifest.RootElement.GetProperty("stages")[2].GetProperty("artifacts")[0].GetProperty("path").GetString());
        Assert.Equal("stages/parts/train.jsonl", parts.GetProperty("artifacts")[0].GetProperty("path").GetString());
        Assert.Equal(5, manifest.RootElement.GetProperty("seed").GetInt32());
        Assert.Equal(9, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
        Assert.Equal("{\"time\":\"2026-01-02T03:04:05Z\",\"stage\":\"reported\",\"attempt\":1,\"done\":1,\"unit\":\"rows\",\"length\":" + File.ReadLines(Path.Combine(run, "stages/mixed/shuffled.jsonl")).First().Length
            + ",\"odd\":\"NaN\"}", File.ReadLines(Path.Combine(run, "metrics.jsonl")).First());
        Assert.IsType<RunStarted>(Events[0]);
        Assert.IsType<RunCompleted>(Events[^1]);
    }

    [Fact]
    public void Execute_SameSeed_GivesTheSameArtifacts() => Assert.Equal(Artifacts(Start()), Artifacts(Start()));

    [Fact]
    public void Create_SameSecond_TakesAnotherName() => Assert.EndsWith("-small-2", new[] { Start(), Start() }[1], StringComparison.Ordinal);

    [Fact]
    public void Resume_FinishedRun_SkipsEveryStage()
    {
        string run = Start();
        string before = File.ReadAllText(Path.Combine(run, "manifest.json"));

        Resume(run);

        Assert.Equal(3, Events.OfType<StageSkipped>().Count());
        Assert.Empty(Events.OfType<StageStarted>());
        Assert.Equal(before, File.ReadAllText(Path.Combine(run, "manifest.json")));
    }

    [Fact]
    public void Warnings_OfARun_AreKeptInItsFolder()
    {
        string run = Start();
        string log = Path.Combine(run, RunFolder.WarningsName);
        Assert.False(File.Exists(log)); // no warning, no file
        File.WriteAllText(Path.Combine(run, "stages/mixed/shuffled.jsonl"), "{}\n");

        Resume(run);

        JsonElement line = JsonDocument.Parse(Assert.Single(File.ReadLines(log))).RootElement;
        Assert.Equal(Assert.Single(Warnings), line.GetProperty("message").GetString());
        Assert.Equal("mixed", line.GetProperty("stage").GetString());
    }

    [Fact]
    public void Load_AManifest_NeedsNoLock()
    {
        LoadedRecipe recipe = ReadRecipe();
        using RunFolder folder = RunFolder.Create(Root, recipe, Time, new PhysicalFileSystem());

        Assert.True(RunFolder.IsInUse(folder.Path));
        Assert.Equal(["parts", "mixed", "reported"], RunManifest.Load(folder.Path).Stages.Select(stage => stage.Name));

        folder.Dispose();
        Assert.False(RunFolder.IsInUse(folder.Path));
        Assert.False(RunFolder.IsInUse(Folder["nowhere"]));
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "damaged")]
    [InlineData("{\"format\": 1}", "damaged")]
    [InlineData("[]", "damaged")]
    public void Load_WhatIsNoManifest_Explains(string? text, string message)
    {
        string folder = Folder["run"];
        Directory.CreateDirectory(folder);
        if (text is not null)
        {
            File.WriteAllText(Path.Combine(folder, "manifest.json"), text);
        }

        Assert.Contains(message, Assert.Throws<RunFolderException>(() => RunManifest.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("metrics.jsonl")]
    [InlineData("recipe.resolved.yaml")]
    [InlineData("stages/parts/train.jsonl")]
    [InlineData("stages/mixed/shuffled.jsonl")]
    [InlineData("stages/reported/notes/count.txt")]
    public void Resume_FileCutAtEveryByte_EndsWithTheSameArtifacts(string file)
    {
        string run = Start();
        Dictionary<string, string> artifacts = Artifacts(run);
        string manifest = File.ReadAllText(Path.Combine(run, "manifest.json"));
        byte[] whole = File.ReadAllBytes(Path.Combine(run, file));
        int step = file == "manifest.json" ? 17 : 1; // the manifest is long and the same at every length: unreadable
        for (int length = 0; length < whole.Length; length += step)
        {
            File.WriteAllText(Path.Combine(run, "manifest.json"), manifest);
            File.WriteAllBytes(Path.Combine(run, file), whole[..length]);

            RunManifest after = Resume(run, new QuotaFileSystem(long.MaxValue));

            Assert.All(after.Stages, stage => Assert.Equal(StageStatus.Done, stage.Status));
            Assert.Equal(artifacts, Artifacts(run));
            bool wholeLines = file == "metrics.jsonl" && (length == 0 || whole[length - 1] == '\n');
            bool onlyLineBreakMissing = file == "manifest.json" && length == whole.Length - 1;
            Assert.Equal(wholeLines || onlyLineBreakMissing ? 0 : 1, Warnings.Count());
        }
    }

    [Fact]
    public void Resume_PowerLossAtEveryOperation_EndsWithTheSameArtifacts()
    {
        Dictionary<string, string> expected = Artifacts(Start());
        int interrupted = 0;
        for (int operations = 0; ; operations++)
        {
            string[] before = Directory.GetDirectories(Root);
            try
            {
                Start(new QuotaFileSystem(long.MaxValue, operations));
                break;
            }
            catch (QuotaFileSystem.PowerLossException)
            {
                interrupted++;
            }

            string run = Directory.GetDirectories(Root).Except(before).Single();
            Resume(run, new QuotaFileSystem(long.MaxValue));
            Assert.Equal(expected, Artifacts(run));
            Assert.Empty(Directory.GetFiles(run, "*" + AtomicFile.TemporarySuffix, SearchOption.AllDirectories));
        }

        Assert.InRange(interrupted, 20, 200);
    }

    [Fact]
    public void Resume_DiskFullAtManySizes_ExplainsAndThenSucceeds()
    {
        Dictionary<string, string> expected = Artifacts(Start());
        int full = 0;
        for (long room = 0; ; room += 701)
        {
            string[] before = Directory.GetDirectories(Root);
            try
            {
                Start(new QuotaFileSystem(room));
                break;
            }
            catch (RunFolderException e)
            {
                full++;
                Assert.StartsWith("The disk is full", e.What, StringComparison.Ordinal);
            }

            string run = Directory.GetDirectories(Root).Except(before).Single();
            Resume(run, new QuotaFileSystem(long.MaxValue));
            Assert.Equal(expected, Artifacts(run));
        }

        Assert.InRange(full, 5, 100);
    }

    [Fact]
    public void Resume_ChangedInput_RunsTheStageAgain()
    {
        string run = Start();
        File.AppendAllText(Rows, "{\"i\":12}\n");

        RunManifest manifest = Resume(run);

        Assert.Contains(Warnings, warning => warning.StartsWith("stage 'parts' runs again: its input", StringComparison.Ordinal));
        Assert.Equal(10, manifest.Stage("parts").Counts["rows_train"]);
        Assert.Equal(10, manifest.Stage("mixed").Counts["rows_read"]);
    }

    [Fact]
    public void Resume_ChangedRecipe_IsRefusedWithTheDifference()
    {
        string run = Start();

        var error = Assert.Throws<RunFolderException>(() => Resume(run, null, "seed=6"));

        Assert.Equal("The recipe is not the one this run was started with.", error.What);
        Assert.Equal("run: seed: 5; now: seed: 6", error.Facts);
    }

    [Fact]
    public void Resume_ChangedRecipeAndDamagedCopy_IsStillRefused()
    {
        string run = Start();
        File.WriteAllText(Path.Combine(run, RunFolder.RecipeName), "name: small\n");

        Assert.Throws<RunFolderException>(() => Resume(run, null, "seed=6"));
    }

    [Fact]
    public void Resume_NewerFormat_IsRefused()
    {
        string run = Start();
        string path = Path.Combine(run, "manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));

        Assert.Contains("newer version", Assert.Throws<RunFolderException>(() => Resume(run)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LockedFolder_NamesTheProcess()
    {
        string run = Start();
        using RunFolder first = RunFolder.Open(run, ReadRecipe(), Time, new PhysicalFileSystem());

        var error = Assert.Throws<RunFolderException>(() => RunFolder.Open(run, ReadRecipe(), Time, new PhysicalFileSystem()));

        Assert.Equal("The run is in use by another process.", error.What);
        Assert.Contains($"process {Environment.ProcessId} on", error.Facts, StringComparison.Ordinal);
        Assert.Contains($"kill {Environment.ProcessId}", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_RunsIsAFile_Explains()
    {
        Folder.Write("runs", "");

        Assert.Equal("The run folder cannot be created.", Assert.Throws<RunFolderException>(() => Start()).What);
    }

    [Fact]
    public void Execute_Cancelled_SaysSoAndResumes()
    {
        Dictionary<string, string> expected = Artifacts(Start());
        using var cancellation = new CancellationTokenSource();
        string[] before = Directory.GetDirectories(Root);
        var cancelling = new CancelAt(cancellation, Events, 5);
        LoadedRecipe recipe = ReadRecipe();
        using (RunFolder folder = RunFolder.Create(Root, recipe, Time, new PhysicalFileSystem()))
        {
            Assert.Throws<OperationCanceledException>(() => new RunSession(RunPlan.Create(recipe, null), folder, cancelling, Time).Execute(cancellation.Token));
            Assert.Equal(StageStatus.Cancelled, folder.Manifest.Stage("reported").Status);
        }

        Assert.IsType<RunCancelled>(Events[^1]);
        string run = Directory.GetDirectories(Root).Except(before).Single();
        RunManifest manifest = Resume(run);

        Assert.Equal(2, manifest.Stage("reported").Attempts);
        Assert.Equal(expected, Artifacts(run));
        Assert.Equal(5 + 9, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
    }

    [Fact]
    public void Execute_OnlyWithoutItsInput_Explains()
    {
        var error = Assert.Throws<RunFolderException>(() => Start(only: "mixed"));

        Assert.Equal("The stage 'parts' has not made 'train.jsonl' in this run.", error.What);
        Assert.IsType<StageFailed>(Events[^1]);
    }

    [Fact]
    public void Execute_OnlyTheFirst_LeavesTheOthersPending()
    {
        string run = Start(only: "parts");

        Assert.Equal(["parts"], Events.OfType<StageStarted>().Select(stage => stage.Stage));
        Assert.Equal(3, Resume(run).Stages.Count(stage => stage.Status == StageStatus.Done));
        Assert.Equal(["parts"], Events.OfType<StageSkipped>().Select(stage => stage.Stage));
    }

    [Fact]
    public void Create_UnknownOnly_NamesTheNearest() =>
        Assert.Contains("nearest: mixed", Assert.Throws<UnknownPartException>(() => RunPlan.Create(ReadRecipe(), "mixd")).Facts, StringComparison.Ordinal);

    [Fact]
    public void RequireDevice_MissingGpu_Explains()
    {
        RunPlan plan = RunPlan.Create(ReadRecipe("device=cuda:0"), null);

        Assert.Contains("'cuda:0' is not available", Assert.Throws<Hone.Core.Errors.HoneException>(() => plan.RequireDevice(["cpu"])).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_UnknownRun_NamesTheNearest()
    {
        string run = Start();

        Assert.Equal(run, RunFinder.Find(Root, Path.GetFileName(run)));
        Assert.Equal(run, RunFinder.Find(Root, run + "/"));
        Assert.Contains(Path.GetFileName(run), Assert.Throws<UnknownPartException>(() => RunFinder.Find(Root, "small")).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void ProductVersion_InformationalText_IsSplit()
    {
        Assert.Equal("1.2.3 (0123456)", ProductVersion.Parse("1.2.3+0123456789abcdef").ToString());
        Assert.Equal(new ProductVersion("1.2.3", null), ProductVersion.Parse("1.2.3"));
    }

    private sealed class CancelAt(CancellationTokenSource source, List<ProgressEvent> events, long done) : IProgressSink
    {
        public void Report(ProgressEvent progress)
        {
            events.Add(progress);
            if (progress is StepCompleted { Stage: "reported" } step && step.Done == done)
            {
                source.Cancel();
            }
        }
    }
}
