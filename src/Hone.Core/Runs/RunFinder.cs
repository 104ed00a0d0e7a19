using Hone.Core.Registry;

namespace Hone.Core.Runs;

/// <summary>Finds the folder of an earlier run by its path or its name.</summary>
public static class RunFinder
{
    /// <summary>Finds a run's folder.</summary>
    /// <param name="root">The folder that holds the runs.</param>
    /// <param name="run">A path, or a name below <paramref name="root"/>.</param>
    /// <exception cref="UnknownPartException">There is none; the message names the nearest.</exception>
    public static string Find(string root, string run)
    {
        foreach (string candidate in new[] { run, Path.Combine(root, run) })
        {
            if (IsRun(candidate))
            {
                return Path.TrimEndingDirectorySeparator(candidate);
            }
        }

        string[] known = Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root).Where(IsRun).Select(f => Path.GetFileName(f))] : [];
        IReadOnlyList<string> nearest = NearestNames.Rank(Path.GetFileName(run), known);
        throw new UnknownPartException(
            $"There is no run '{run}' in '{root}'.", nearest.Count == 0 ? "there are no runs in it" : $"nearest: {string.Join(", ", nearest)}", "give the path of a run folder");
    }

    private static bool IsRun(string path) =>
        Directory.Exists(path) && (File.Exists(Path.Combine(path, RunFolder.ManifestName)) || File.Exists(Path.Combine(path, RunFolder.RecipeName)));
}
