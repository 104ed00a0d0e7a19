namespace Hone.Cli.Tests;

/// <summary>The real program in a process of its own: killed, interrupted, started twice.</summary>
/// <remarks>
/// Nothing here depends on timing: the program's standard output is a pipe that holds 64 KiB, it writes more than that,
/// and so it waits in the middle of its work until the test reads on.
/// </remarks>
public sealed class ProcessTests : CliTestBase
{
    private const int Stages = 14; // about 100 events of 150 bytes each: three times what a pipe holds
    private const int Killed = 137; // 128 + SIGKILL

    private static void WriteLongRecipe()
    {
        Write("many.jsonl", string.Concat(Enumerable.Range(0, 26_000).Select(i => $"{i}\n")));
        string stages = string.Concat(Enumerable.Range(1, Stages).Select(i => $"  s{i}: {{ type: {(i % 2 == 0 ? "sample, count: 20000" : "shuffle")}, input: many.jsonl }}\n"));
        Write("long.yaml", $"name: long\nstages:\n{stages}");
    }

    /// <summary>The run's folder, once so many events have been read.</summary>
    private static string RunOf(HoneProcess process, int events)
    {
        Assert.True(process.ReadEvents(events), "the program ended early");
        return process.Folder!; // the first event names it
    }

    private static Dictionary<string, string> Artifacts(string run) =>
        Directory.GetFiles(Path.Combine(run, "stages"), "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(run, file), File.ReadAllText);

    [Fact]
    public void Kill9_AtManyMoments_ResumesToTheSameArtifacts()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        WriteLongRecipe();
        Assert.Equal(ExitCodes.Done, Run("run", "long.yaml"));
        Dictionary<string, string> expected = Artifacts(Out.Trim());
        foreach (int events in new[] { 1, 2, 40, 103, 104, 250, 333, 480 })
        {
            using var process = new HoneProcess("run", "long.yaml", "--json");
            string run = RunOf(process, events);
            process.Kill();
            Assert.Equal(Killed, process.Finish().Code);

            using var resumed = new HoneProcess("run", "long.yaml", "--resume", run);
            (int code, string output, string error) = resumed.Finish();

            Assert.True(code == 0, error);
            Assert.Equal(run, output.Trim());
            Assert.Equal(expected, Artifacts(run));
            Assert.DoesNotContain(Directory.GetFiles(run, "*", SearchOption.AllDirectories), file => file.EndsWith(".hone-tmp", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public void Signal_DuringARun_Exits130AndResumes(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        WriteLongRecipe();
        using var process = new HoneProcess("run", "long.yaml", "--json");
        string run = RunOf(process, 150);
        process.Signal(signal);
        (int code, string output, string error) = process.Finish();

        Assert.Equal(ExitCodes.Cancelled, code);
        Assert.Contains($"stopped; continue with: hone run long.yaml --resume {run}\n", error, StringComparison.Ordinal);
        Assert.Contains("\"event\":\"run_cancelled\"", output, StringComparison.Ordinal);

        using var resumed = new HoneProcess("run", "--resume", run);
        (int resumedCode, _, string resumedError) = resumed.Finish();
        Assert.True(resumedCode == 0, resumedError);
        Assert.Contains("[1/14] s1: already done, 1 file verified", resumedError, StringComparison.Ordinal);
        Assert.Contains("[14/14] s14: done", resumedError, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondProcess_OnARunInUse_IsToldWhoHoldsIt()
    {
        WriteLongRecipe();
        using var first = new HoneProcess("run", "long.yaml", "--json");
        string run = RunOf(first, 150);

        using var second = new HoneProcess("run", "long.yaml", "--resume", run);
        (int code, string output, string error) = second.Finish();

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal("", output);
        Assert.StartsWith($"error: The run is in use by another process.\n  at   {run}\n  got  process {first.Id} on ", error, StringComparison.Ordinal);
        Assert.Contains($"kill {first.Id}", error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, first.Finish().Code);
    }

    [Fact]
    public void Check_RealProgram_KeepsResultsAndErrorsApart()
    {
        Write("bad.yaml", "name: x\nstages: {}\n");

        using var process = new HoneProcess("check", "good.yaml", "bad.yaml");
        (int code, string output, string error) = process.Finish();

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Equal("good.yaml: ok (2 stages)\n", output);
        Assert.StartsWith("bad.yaml:2:9: error: 'stages' must be at least 1 item, got 0 items\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_RealProgram_HasTheEmbeddedDocumentation()
    {
        using var process = new HoneProcess("help", "stage", "shuffle");
        (int code, string output, _) = process.Finish();

        Assert.Equal(ExitCodes.Done, code);
        Assert.Contains("Puts the rows of a JSONL file into a random order.", output, StringComparison.Ordinal);
    }
}
