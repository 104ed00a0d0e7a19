using System.Diagnostics;

namespace Hone.Architecture.Tests;

/// <summary>The script <c>hone</c> with a <c>dotnet</c> that only records its calls.</summary>
public sealed class HoneScriptTests
{
    private static readonly DateTime s_later = DateTime.UtcNow.AddMinutes(1);

    public HoneScriptTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "a Unix script");

    [Fact]
    public void Hone_Arguments_ArriveUnchangedAndTheExitCodeReturns()
    {
        using var sandbox = new ScriptSandbox();
        sandbox.Answer("hone", "result\n", 7);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "hone"), "run", "a b", "", "*", "$x");

        Assert.Equal(7, code);
        Assert.Equal(["result"], lines);
        Assert.Equal(["run", "a b", "", "*", "$x"], sandbox.ArgumentsOf("hone"));
    }

    [Fact]
    public void Hone_CalledAgain_BuildsOnlyOnce()
    {
        using var sandbox = new ScriptSandbox();
        string hone = Path.Combine(sandbox.Root, "hone");

        sandbox.Run(hone);
        sandbox.Run(hone);

        Assert.Equal(1, sandbox.Builds);
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("added")]
    [InlineData("deleted")]
    [InlineData("moved in with an old date")]
    [InlineData("settings")]
    [InlineData("output")]
    public void Hone_SomethingChanged_BuildsAgain(string change)
    {
        using var sandbox = new ScriptSandbox();
        string hone = Path.Combine(sandbox.Root, "hone");
        string source = Path.Combine(sandbox.Root, "src/Hone.Cli/Program.cs");
        sandbox.Run(hone);

        switch (change)
        {
            case "edited":
                File.SetLastWriteTimeUtc(source, s_later);
                break;
            case "added":
                sandbox.Write("src/Hone.Cli/Commands/More.cs", "// two\n");
                File.SetLastWriteTimeUtc(Path.Combine(sandbox.Root, "src/Hone.Cli/Commands/More.cs"), s_later);
                break;
            case "deleted":
                File.Delete(source);
                Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(source)!, s_later); // in case the clock did not tick since the build
                break;
            case "moved in with an old date":
                File.SetLastWriteTimeUtc(source, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            case "settings":
                sandbox.Write("Directory.Build.props", "<Project />\n");
                File.SetLastWriteTimeUtc(Path.Combine(sandbox.Root, "Directory.Build.props"), s_later);
                break;
            case "output":
                File.Delete(Path.Combine(sandbox.Root, "artifacts/bin/Hone.Cli/release/hone.dll"));
                break;
        }

        sandbox.Run(hone);

        Assert.Equal(2, sandbox.Builds);
    }

    [Fact]
    public void Hone_ThroughALink_FindsItsRepository()
    {
        using var sandbox = new ScriptSandbox();
        string link = Path.Combine(sandbox.Root, "..", "linked");
        File.CreateSymbolicLink(link, "repo of mine/hone");

        (int code, string[] lines) = sandbox.Run(link);

        Assert.Empty(lines);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Hone_BuildFails_ShowsTheErrorsAndRunsNothing()
    {
        using var sandbox = new ScriptSandbox();
        string hone = Path.Combine(sandbox.Root, "hone");
        sandbox.Answer("hone", "stale\n", 0);
        sandbox.Run(hone);
        sandbox.Write("src/Hone.Cli/Program.cs", "// broken\n");
        File.SetLastWriteTimeUtc(Path.Combine(sandbox.Root, "src/Hone.Cli/Program.cs"), s_later);
        sandbox.WriteBeside("build.errors", $"  Determining projects\n{sandbox.Root}/src/Hone.Cli/Program.cs(1,2): error CS1002: ; expected [{sandbox.Root}/src/Hone.Cli/Hone.Cli.csproj]\nwall of text\n");

        (int code, string[] lines) = sandbox.Run(hone);

        Assert.Equal(1, code);
        Assert.Equal(
            [
                "hone: building src/Hone.Cli/Hone.Cli.csproj failed:",
                "  src/Hone.Cli/Program.cs(1,2): error CS1002: ; expected",
                "  (everything it said: artifacts/once/Hone.Cli.csproj.log)",
            ],
            lines);
    }

    [Fact]
    public void Hone_OldSdk_SaysSoInOneLine()
    {
        using var sandbox = new ScriptSandbox();
        sandbox.WriteBeside("sdk.code", "155\n");

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "hone"));

        Assert.Equal(1, code);
        string line = Assert.Single(lines);
        Assert.StartsWith("hone: the .NET SDK 10 is needed, installed: 8.0.100; install it from ", line, StringComparison.Ordinal);
        Assert.Equal(0, sandbox.Builds);
    }

    [Fact]
    public void Hone_FirstCallsAtOnce_BuildOnceAndAllRun()
    {
        using var sandbox = new ScriptSandbox();
        sandbox.Answer("hone", "", 3);
        string hone = Path.Combine(sandbox.Root, "hone");

        Process[] calls = [.. Enumerable.Range(0, 4).Select(_ => sandbox.Start(hone))];
        foreach (Process call in calls)
        {
            call.WaitForExit();
        }

        Assert.All(calls, call => Assert.Equal(3, call.ExitCode));
        Assert.Equal(1, sandbox.Builds);
        Array.ForEach(calls, call => call.Dispose());
    }
}
