using System.Text;
using System.Text.Json;
using Hone.Core.Recipes;

namespace Hone.Core.Runs;

/// <summary>A run's folder, locked for this process: resolved recipe, manifest, metrics and the artifacts of its stages.</summary>
/// <remarks>
/// Every file in it is either written atomically (<see cref="AtomicFile"/>) or append-only (<see cref="MetricsLog"/>),
/// so a process that dies at any moment leaves a folder that the next one can read and continue.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>Name of the resolved recipe.</summary>
    public const string RecipeName = "recipe.resolved.yaml";

    /// <summary>Name of the metrics log.</summary>
    public const string MetricsName = "metrics.jsonl";

    /// <summary>Name of the log of warnings; it exists only where there was one.</summary>
    public const string WarningsName = "warnings.jsonl";

    /// <summary>Name of the folder of the stages' folders.</summary>
    public const string StagesName = "stages";

    private readonly RunLock _lock;
    private readonly List<string> _warnings = [];
    private MetricsLog? _warningLog;

    private RunFolder(string path, RunLock taken, IFileSystem files)
    {
        Path = path;
        _lock = taken;
        Files = files;
        Metrics = null!; // set by Create and Open right after the clean-up, before anyone sees the object
        Manifest = null!; // likewise
    }

    /// <summary>The folder's path as it was given or created.</summary>
    public string Path { get; }

    /// <summary>The file operations it uses.</summary>
    public IFileSystem Files { get; }

    /// <summary>The manifest as last saved.</summary>
    public RunManifest Manifest { get; private set; }

    /// <summary>The run's metrics.</summary>
    public MetricsLog Metrics { get; private set; }

    /// <summary>What was repaired on opening, in words for the user.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Says whether a process is working on a run right now.</summary>
    /// <param name="path">The run's folder.</param>
    public static bool IsInUse(string path) => RunLock.IsHeld(path);

    /// <summary>Creates and locks the folder <c>ROOT/TIME-NAME</c> of a new run.</summary>
    /// <exception cref="RunFolderException">The folder cannot be created or written.</exception>
    public static RunFolder Create(string root, LoadedRecipe recipe, TimeProvider time, IFileSystem files)
    {
        RunFolder folder = Reserve(root, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{recipe.Recipe.Name}", time, files);
        try
        {
            folder.Initialize(recipe, time);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Locks the folder of an earlier run, cleans up after a killed process and checks that the recipe is still the same.</summary>
    /// <exception cref="RunFolderException">The folder does not exist, is in use, or belongs to another recipe.</exception>
    public static RunFolder Open(string path, LoadedRecipe recipe, TimeProvider time, IFileSystem files)
    {
        var folder = new RunFolder(path, RunLock.Acquire(path, time), files);
        try
        {
            folder.Recover(recipe, time);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Folder of a stage's artifacts; created if need be.</summary>
    public string CreateStageFolder(string stage)
    {
        string folder = StageFolder(stage);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(folder, e);
        }

        return folder;
    }

    /// <summary>Full path of a stage's artifact.</summary>
    public string ArtifactPath(string stage, string artifact) => ArtifactPath(Path, stage, artifact);

    /// <summary>Full path of a stage's artifact in the folder of any run.</summary>
    public static string ArtifactPath(string run, string stage, string artifact) => System.IO.Path.Combine(run, StagesName, stage, artifact);

    /// <summary>Path of a stage's artifact as the manifest names it.</summary>
    public static string ArtifactName(string stage, string artifact) => $"{StagesName}/{stage}/{artifact.Replace('\\', '/')}";

    /// <summary>Full path of an artifact that the manifest names.</summary>
    public string FullPath(ArtifactRecord artifact) => System.IO.Path.Combine(Path, artifact.Path);

    /// <summary>Stores a stage's new state in the manifest.</summary>
    /// <exception cref="RunFolderException">The manifest cannot be written; the earlier one is unchanged.</exception>
    public void Save(StageRecord record)
    {
        RunManifest manifest = Manifest.With(record);
        Write(manifest);
        Manifest = manifest;
    }

    /// <summary>Appends a warning to the run's log of warnings.</summary>
    /// <param name="stage">The stage it belongs to; <see langword="null"/> for one about the run.</param>
    /// <param name="time">When it was raised.</param>
    /// <param name="message">What a user should know.</param>
    /// <exception cref="RunFolderException">The log cannot be written.</exception>
    public void AppendWarning(string? stage, DateTimeOffset time, string message)
    {
        _warningLog ??= new MetricsLog(Files, System.IO.Path.Combine(Path, WarningsName));
        _warningLog.Append(json =>
        {
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("stage", stage);
            json.WriteString("message", message);
        });
    }

    /// <summary>Closes the logs and lets go of the lock.</summary>
    public void Dispose()
    {
        Metrics?.Dispose();
        _warningLog?.Dispose();
        _lock.Dispose();
    }

    private static string ResolvedText(LoadedRecipe recipe)
    {
        string text = RecipePrinter.Print(recipe.Resolved);
        return $"{text}{SealPrefix}{Sha256(text)}\n";
    }

    // The seal tells a cut file from a shorter recipe: YAML cut at a line break is still YAML.
    private const string SealPrefix = "# sha256 of the lines above: ";

    private static string Sha256(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static RunFolder Reserve(string root, string name, TimeProvider time, IFileSystem files)
    {
        const int maxTries = 1000; // runs of one name begun in one second
        for (int attempt = 1; attempt <= maxTries; attempt++)
        {
            string path = System.IO.Path.Combine(root, attempt == 1 ? name : $"{name}-{attempt}");
            try
            {
                Directory.CreateDirectory(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RunFolderException("The run folder cannot be created.", path, e.Message, "start hone in a folder you may write to", e);
            }

            if (RunLock.TryAcquire(path, time) is { } taken)
            {
                if (!Directory.EnumerateFileSystemEntries(path).Any(entry => System.IO.Path.GetFileName(entry) is not (RunLock.FileName or RunLock.OwnerFileName)))
                {
                    return new RunFolder(path, taken, files);
                }

                taken.Dispose();
            }
        }

        throw new RunFolderException($"There are already {maxTries} runs of this name and second.", root, name, "move old runs away");
    }

    private void Initialize(LoadedRecipe recipe, TimeProvider time)
    {
        string text = ResolvedText(recipe);
        AtomicFile.Write(Files, System.IO.Path.Combine(Path, RecipeName), Encoding.UTF8.GetBytes(text));
        Manifest = NewManifest(recipe, time, text);
        Write(Manifest);
        Metrics = new MetricsLog(Files, System.IO.Path.Combine(Path, MetricsName));
    }

    private static RunManifest NewManifest(LoadedRecipe recipe, TimeProvider time, string resolvedText) => new()
    {
        Format = RunManifest.CurrentFormat,
        Name = recipe.Recipe.Name,
        Seed = recipe.Recipe.Seed,
        Created = time.GetUtcNow(),
        Program = ProductVersion.Read(),
        Machine = MachineFacts.Read(),
        RecipeSha256 = Sha256(resolvedText),
        RecipeFiles = [.. recipe.Files.Select(file => FileDigest.Of(file) is var digest ? new ArtifactRecord(System.IO.Path.GetFileName(file), digest.SizeBytes, digest.Sha256) : null!)],
        Stages = [.. recipe.Recipe.Stages.Keys.Select(stage => new StageRecord { Name = stage })],
    };

    private void Recover(LoadedRecipe recipe, TimeProvider time)
    {
        CleanTemporaries();
        string text = ResolvedText(recipe);
        RunManifest? manifest = ReadManifest();
        string recipePath = System.IO.Path.Combine(Path, RecipeName);
        string? stored = File.Exists(recipePath) ? File.ReadAllText(recipePath) : null;
        if (stored is not null && IsSealed(stored) ? stored != text : manifest is not null && manifest.RecipeSha256 != Sha256(text))
        {
            throw new RunFolderException(
                "The recipe is not the one this run was started with.",
                Path,
                stored is null ? "" : Differences(stored, text),
                "resume with the same recipe and --set arguments, or start a new run without --resume");
        }

        if (stored != text)
        {
            _warnings.Add($"{RecipeName} was missing or incomplete and has been written again");
            AtomicFile.Write(Files, recipePath, Encoding.UTF8.GetBytes(text));
        }

        Manifest = manifest ?? NewManifest(recipe, time, text);
        if (manifest is null)
        {
            Write(Manifest);
        }

        Metrics = new MetricsLog(Files, System.IO.Path.Combine(Path, MetricsName));
        if (Metrics.CutBytes > 0)
        {
            _warnings.Add($"{MetricsName} ended in an incomplete line; {Metrics.CutBytes} bytes were cut off");
        }
    }

    private static bool IsSealed(string stored)
    {
        int seal = stored.LastIndexOf(SealPrefix, StringComparison.Ordinal);
        return seal >= 0 && stored[(seal + SealPrefix.Length)..] == Sha256(stored[..seal]) + "\n";
    }

    private static string Differences(string stored, string current)
    {
        const int maxShown = 4;
        string[] before = stored.Split('\n'), now = current.Split('\n');
        IEnumerable<string> removed = before.Except(now).Where(NotSeal).Select(line => $"run: {line.Trim()}");
        IEnumerable<string> added = now.Except(before).Where(NotSeal).Select(line => $"now: {line.Trim()}");
        return string.Join("; ", removed.Take(maxShown).Concat(added.Take(maxShown)));

        static bool NotSeal(string line) => !line.StartsWith(SealPrefix, StringComparison.Ordinal);
    }

    private RunManifest? ReadManifest()
    {
        string path = System.IO.Path.Combine(Path, ManifestName);
        if (!File.Exists(path))
        {
            _warnings.Add($"{ManifestName} is missing; every stage will run again");
            return null;
        }

        try
        {
            RunManifest? manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), RunJson.Default.RunManifest);
            if (manifest is null || manifest.Format > RunManifest.CurrentFormat)
            {
                throw new RunFolderException(
                    "The run was made by a newer version of hone.", path, $"format {manifest?.Format}, this program reads up to {RunManifest.CurrentFormat}", "use that version to resume it");
            }

            return manifest;
        }
        catch (JsonException)
        {
            _warnings.Add($"{ManifestName} is damaged; every stage will run again");
            return null;
        }
    }

    private void CleanTemporaries()
    {
        string[] leftovers = Directory.GetFiles(Path, "*" + AtomicFile.TemporarySuffix, SearchOption.AllDirectories);
        foreach (string leftover in leftovers)
        {
            Files.Delete(leftover);
        }

        if (leftovers.Length > 0)
        {
            _warnings.Add($"{leftovers.Length} unfinished {(leftovers.Length == 1 ? "file" : "files")} of an interrupted session removed");
        }
    }

    private string StageFolder(string stage) => System.IO.Path.Combine(Path, StagesName, stage);

    private void Write(RunManifest manifest) =>
        AtomicFile.Write(Files, System.IO.Path.Combine(Path, ManifestName), [.. JsonSerializer.SerializeToUtf8Bytes(manifest, RunJson.Default.RunManifest), (byte)'\n']);
}
