using System.Runtime.InteropServices;
using Hone.Core.Errors;

namespace Hone.Benchmarks;

/// <summary>Hone as users get it: one executable, compiled ahead of its start.</summary>
internal static class PublishedHone
{
    /// <summary>Publishes the program for this machine; quick when nothing changed.</summary>
    /// <param name="root">The repository.</param>
    /// <returns>Path of the executable.</returns>
    /// <exception cref="HoneException">It cannot be published.</exception>
    public static string Build(string root)
    {
        string platform = RuntimeInformation.RuntimeIdentifier;
        string folder = Path.Combine(root, "artifacts", "for", platform, "hone");
        string project = Path.Combine(root, "src", "Hone.Cli", "Hone.Cli.csproj");
        ProgramRun publish = ProgramRun.Of("dotnet", "publish", project, "-c", "Release", "-r", platform, "-o", folder, "-v", "q", "--nologo");
        return publish.ExitCode == 0
            ? Path.Combine(folder, OperatingSystem.IsWindows() ? "hone.exe" : "hone")
            : throw new HoneException("hone cannot be published.", project, publish.Output + publish.Messages, "run 'dotnet publish' on the project by hand");
    }
}
