namespace Hone.Architecture.Tests;

/// <summary>The script <c>test</c> with a <c>dotnet</c> that says what each test project is to say.</summary>
public sealed class TestScriptTests
{
    public TestScriptTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "a Unix script");

    [Fact]
    public void Test_AllPass_SumsTheProjects()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests", "Hone.B.Tests");
        sandbox.Answer("Hone.A.Tests", Summary(5, 0, 0), 0);
        sandbox.Answer("Hone.B.Tests", Summary(7, 0, 0), 0);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Equal("12 passed, 0 failed", lines[^1]);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Test_FailuresAndSkips_AreCountedAndShown()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests", "Hone.B.Tests");
        sandbox.Answer("Hone.A.Tests", "failed Hone.A.Tests.Adds (1ms)\n  expected 4\n" + Summary(5, 1, 0), 2);
        sandbox.Answer("Hone.B.Tests", "skipped Hone.B.Tests.Gpu (0ms)\n  no GPU here\n" + Summary(7, 0, 2), 0);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Equal("12 passed, 1 failed, 2 skipped", lines[^1]);
        Assert.Contains("    expected 4", lines);
        Assert.Contains("    no GPU here", lines);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Test_ProjectCrashes_CountsAsFailedAndIsNamed()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests", "Hone.B.Tests");
        sandbox.Answer("Hone.A.Tests", "Stack overflow.\n", 134);
        sandbox.Answer("Hone.B.Tests", Summary(7, 0, 0), 0);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Equal("7 passed, 1 failed", lines[^1]);
        Assert.Contains(lines, line => line.Contains("failed Hone.A.Tests: crashed: exit code 134", StringComparison.Ordinal));
        Assert.Equal(1, code);
    }

    [Fact]
    public void Test_ProjectRunsTooLong_CountsAsFailedAndIsNamed()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests");
        sandbox.Answer("Hone.A.Tests", "Canceling the test session...\n" + Summary(7, 0, 0), 3);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Equal("7 passed, 1 failed", lines[^1]);
        Assert.Contains(lines, line => line.Contains("failed Hone.A.Tests: stopped: not done after", StringComparison.Ordinal));
        Assert.Equal(1, code);
    }

    [Fact]
    public void Test_NothingRan_Fails()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests");
        sandbox.Answer("Hone.A.Tests", Summary(0, 0, 0), 8);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Equal("0 passed, 0 failed", lines[^1]);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Test_BuildFails_EndsWithAFailure()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests");
        sandbox.WriteBeside("build.errors", "a.cs(1,1): error CS1002: ; expected\n");

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"));

        Assert.Contains("  a.cs(1,1): error CS1002: ; expected", lines);
        Assert.Equal("0 passed, 1 failed", lines[^1]);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Test_ProjectAndFilter_ReachTheRunnerOfThatProjectAlone()
    {
        using var sandbox = new ScriptSandbox("Hone.Alpha.Tests", "Hone.Beta.Tests");
        sandbox.Answer("Hone.Alpha.Tests", Summary(1, 0, 0), 0);
        sandbox.Answer("Hone.Beta.Tests", Summary(2, 0, 0), 0);

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"), "--project", "BETA", "--filter", "Adds two", "--stop-on-fail", "on");

        Assert.Equal("2 passed, 0 failed", lines[^1]);
        Assert.Equal(["--stop-on-fail", "on", "--filter-method", "*Adds two*"], sandbox.ArgumentsOf("Hone.Beta.Tests")[^4..]);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Test_UnknownProject_ListsThoseThatExist()
    {
        using var sandbox = new ScriptSandbox("Hone.A.Tests", "Hone.B.Tests");

        (int code, string[] lines) = sandbox.Run(Path.Combine(sandbox.Root, "test"), "--project", "Nothing");

        Assert.Equal("test: no test project matches nothing; there are: Hone.A.Tests Hone.B.Tests", lines[0]);
        Assert.Equal(2, code);
    }

    private static string Summary(int passed, int failed, int skipped) =>
        $"\nTest run summary: as it went\n  total: {passed + failed + skipped}\n  failed: {failed}\n  succeeded: {passed}\n  skipped: {skipped}\n  duration: 1s\n";
}
