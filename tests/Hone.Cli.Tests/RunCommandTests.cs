using Hone.Core.Runs;

namespace Hone.Cli.Tests;

public sealed class RunCommandTests : CliTestBase
{
    private const string RunName = "runs/20260102-030405-demo";

    [Fact]
    public void Run_DryRun_WritesNothing()
    {
        Assert.Equal(ExitCodes.Done, Run("run", "good.yaml", "--dry-run"));
        Assert.False(Directory.Exists("runs"));
    }

    [Fact]
    public void Run_DryRunOutput_IsARecipeWithTheSameValues()
    {
        Run("run", "good.yaml", "--dry-run", "--set", "seed=11");
        Write("again.yaml", Out);
        string first = Out;

        Assert.Equal(ExitCodes.Done, Run("run", "again.yaml", "--dry-run"));
        Assert.Equal(Values(first), Values(Out));

        static IEnumerable<string> Values(string text) => text.Split('\n').Select(line => line.Split('#')[0].TrimEnd());
    }

    [Fact]
    public void Run_ResumeWithoutRecipe_UsesTheStoredOne()
    {
        Run("run", "good.yaml");

        Assert.Equal(ExitCodes.Done, Run("run", "--resume", "20260102-030405-demo"));
        Assert.Contains("[1/2] parts: already done, 2 files verified", Error, StringComparison.Ordinal);
        Assert.Equal($"{RunName}\n", Out.Replace('\\', '/'));
    }

    [Fact]
    public void Run_ResumeAfterDamage_RunsTheStageAgainWithAWarning()
    {
        Run("run", "good.yaml");
        string whole = File.ReadAllText($"{RunName}/stages/parts/train.jsonl");
        File.WriteAllText($"{RunName}/stages/parts/train.jsonl", "x");

        Assert.Equal(ExitCodes.Done, Run("run", "good.yaml", "--resume", RunName));
        Assert.Contains("warning: stage 'parts' runs again: stages/parts/train.jsonl is missing or was changed", Error, StringComparison.Ordinal);
        Assert.Contains("[2/2] mixed: already done", Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllText($"{RunName}/stages/parts/train.jsonl"));
    }

    [Fact]
    public void Run_Cancelled_Exits130WithTheResumeCommand()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Cancellation = cancelled.Token;

        int code = Run("run", "good.yaml", "--set", "name=it");

        Assert.Equal(ExitCodes.Cancelled, code);
        Assert.Contains("stopped; continue with: hone run good.yaml --set name=it --resume runs/20260102-030405-it", Error.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ResumeCommand_QuotesForAShell()
    {
        var request = new Commands.RunRequest("my recipe.yaml", ["a=it's $HOME", "b=[1, 2]"], false, null, null, false);

        Assert.Equal("hone run 'my recipe.yaml' --set 'a=it'\\''s $HOME' --set 'b=[1, 2]' --resume runs/x", request.ResumeCommand("runs/x"));
    }

    [Fact]
    public void Run_FolderThatCannotBeWritten_Explains()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder that even root cannot write to");

        Assert.Equal(ExitCodes.Failed, RunWith(["run", "good.yaml"], runs: "/proc/runs"));
        Assert.StartsWith("error: The run folder cannot be created.\n  at   /proc/runs/20260102-030405-demo\n", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FullDisk_ExplainsAndSaysHowToResume()
    {
        Assert.Equal(ExitCodes.Failed, RunWith(["run", "good.yaml"], files: new FullDisk()));
        Assert.Contains("error: The disk is full", Error, StringComparison.Ordinal);
        Assert.Contains("fix  free some space", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_HundredMegabytes_IsRefusedAtOnce()
    {
        using (FileStream file = File.Create("big.yaml"))
        {
            file.SetLength(100 << 20);
        }

        Assert.Equal(ExitCodes.Usage, Run("check", "big.yaml"));
        Assert.StartsWith("big.yaml: error: the recipe is larger than 1 MiB, so it is not a recipe\n", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_DirectoryEmptyFileAndBinary_AreExplained()
    {
        Directory.CreateDirectory("folder.yaml");
        Write("empty.yaml", "");
        File.WriteAllBytes("binary.yaml", [0x7F, (byte)'E', (byte)'L', (byte)'F', 0xFF, 0x00]);

        Assert.Equal(ExitCodes.Usage, Run("check", "folder.yaml", "empty.yaml", "binary.yaml"));
        Assert.Contains("folder.yaml: error: the recipe is a folder", Error, StringComparison.Ordinal);
        Assert.Contains("empty.yaml: error: the recipe is empty", Error, StringComparison.Ordinal);
        Assert.Contains("binary.yaml: error: the recipe is not UTF-8: byte FF at line 1, column 5", Error, StringComparison.Ordinal);
    }

    private sealed class FullDisk : IFileSystem
    {
        private readonly PhysicalFileSystem _disk = new();

        public Stream Create(string path)
        {
            using (_disk.Create(path))
            {
                // The name fits; the content does not.
            }

            return new FullStream();
        }

        public Stream OpenOrCreate(string path) => _disk.OpenOrCreate(path);

        public void FlushToDisk(Stream stream)
        {
        }

        public void Replace(string from, string to) => _disk.Replace(from, to);

        public void Delete(string path) => _disk.Delete(path);

        private sealed class FullStream : MemoryStream
        {
            private const int NoSpaceLeft = 28; // ENOSPC

            public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device", NoSpaceLeft);

            public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device", NoSpaceLeft);
        }
    }
}
