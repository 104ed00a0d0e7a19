using System.Diagnostics;
using System.Text.Json;

namespace Hone.Cli.Tests;

/// <summary>Runs a recipe in processes that are killed one after the other, until one reaches the end.</summary>
internal static class KilledRun
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "hone.exe" : "hone");

    /// <summary>Kills each process behind another number of events: each step is followed by its checkpoint, so some die while writing one.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="firstEvents">Events that the first process is let live for.</param>
    /// <returns>The run's folder, and how many processes were killed.</returns>
    public static (string Folder, int Kills) Finish(string recipe, int firstEvents)
    {
        string? run = null;
        int kills = 0;
        for (int events = firstEvents; ; events = 3 + (kills % 4))
        {
            using Process process = Start(run is null ? ["run", recipe, "--json"] : ["run", recipe, "--resume", run, "--json"]);
            if (!ReadEvents(process, events, ref run))
            {
                Assert.True(End(process) == 0);
                return (run!, kills); // a process that ends by itself has named its folder
            }

            process.Kill();
            End(process);
            Assert.True(++kills < 100, "the run never ends");
        }
    }

    private static Process Start(string[] args) => Process.Start(new ProcessStartInfo(Program, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;

    private static int End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        error.Wait();
        return process.ExitCode;
    }

    /// <summary>Reads events and the run's folder from the first; false when the program ends before.</summary>
    private static bool ReadEvents(Process process, int count, ref string? run)
    {
        for (int i = 0; i < count; i++)
        {
            if (process.StandardOutput.ReadLine() is not { } line)
            {
                return false;
            }

            using JsonDocument json = JsonDocument.Parse(line);
            run ??= json.RootElement.TryGetProperty("folder", out JsonElement folder) ? folder.GetString() : null;
        }

        return true;
    }
}
