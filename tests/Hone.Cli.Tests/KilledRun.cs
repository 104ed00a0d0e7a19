namespace Hone.Cli.Tests;

/// <summary>Runs a recipe in processes that are killed one after the other, until one reaches the end.</summary>
internal static class KilledRun
{
    /// <summary>Kills each process behind another number of events: each step is followed by its checkpoint, so some die while writing one.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="firstEvents">Events that the first process is let live for.</param>
    /// <param name="onKilled">Is told the run's folder after each kill.</param>
    /// <returns>The run's folder, and how many processes were killed.</returns>
    public static (string Folder, int Kills) Finish(string recipe, int firstEvents, Action<string>? onKilled = null)
    {
        string? run = null;
        int kills = 0;
        for (int events = firstEvents; ; events = 3 + (kills % 4))
        {
            using var process = new HoneProcess(run is null ? ["run", recipe, "--json"] : ["run", recipe, "--resume", run, "--json"]);
            bool lives = process.ReadEvents(events);
            run ??= process.Folder!; // the first event names it
            if (!lives)
            {
                Assert.Equal(ExitCodes.Done, process.Finish().Code);
                return (run, kills);
            }

            process.Kill();
            process.Finish();
            onKilled?.Invoke(run);
            Assert.True(++kills < 100, "the run never ends");
        }
    }
}
