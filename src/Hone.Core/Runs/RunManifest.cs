using System.Text.Json;

namespace Hone.Core.Runs;

/// <summary>What a run was made with and how far it got; <c>manifest.json</c> in the run folder.</summary>
public sealed record RunManifest
{
    /// <summary>The layout version this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Layout version of the file.</summary>
    public required int Format { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>The seed of every random stream.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When the run was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Version of the program that created it.</summary>
    public required ProductVersion Program { get; init; }

    /// <summary>The machine it was created on.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>SHA-256 of the resolved recipe's text.</summary>
    public required string RecipeSha256 { get; init; }

    /// <summary>The recipe files it was resolved from, the recipe first.</summary>
    public required IReadOnlyList<ArtifactRecord> RecipeFiles { get; init; }

    /// <summary>The stages in order.</summary>
    public required IReadOnlyList<StageRecord> Stages { get; init; }

    /// <summary>Reads the manifest of a run that may still be going on; nothing is locked or changed.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="RunFolderException">It is missing, damaged or of a newer program.</exception>
    public static RunManifest Load(string folder)
    {
        string path = Path.Combine(folder, RunFolder.ManifestName);
        RunManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), RunJson.Default.RunManifest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException("The run's manifest cannot be read.", path, e.Message, "give the folder of a run; if it was killed while it began, hone run --resume writes the manifest again", e);
        }
        catch (JsonException e)
        {
            throw new RunFolderException("The run's manifest is damaged.", path, e.Message, "hone run --resume writes it again", e);
        }

        return manifest is { Format: <= CurrentFormat } ? manifest : throw new RunFolderException(
            "The run was made by a newer version of hone.", path, $"format {manifest?.Format}, this program reads up to {CurrentFormat}", "use that version");
    }

    /// <summary>Finds a stage's record.</summary>
    /// <exception cref="ArgumentException">The run has no such stage.</exception>
    public StageRecord Stage(string name) =>
        Stages.FirstOrDefault(stage => stage.Name == name) ?? throw new ArgumentException($"The run has no stage '{name}'.", nameof(name));

    /// <summary>Creates a manifest in which one stage's record is replaced.</summary>
    public RunManifest With(StageRecord record) => this with { Stages = [.. Stages.Select(stage => stage.Name == record.Name ? record : stage)] };
}
