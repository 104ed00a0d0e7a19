using Hone.Core.Stages;

namespace Hone.Core.Recipes;

/// <summary>A folder that a stage reads: one on disk, or one that an earlier stage made.</summary>
public abstract record FolderReference : ICheckedOptions
{
    /// <summary>The earlier stage that makes it.</summary>
    [StageReference]
    public string? From { get; init; }

    /// <summary>Which folder among that stage's files, if it makes several; <c>.</c> is the stage's own.</summary>
    public string? Artifact { get; init; }

    /// <summary>What a recipe's errors call it.</summary>
    internal abstract string Noun();

    /// <summary>The path, when it is not made by a stage.</summary>
    internal abstract string? FindPath();

    /// <summary>Name of the file by which such a folder is known.</summary>
    internal abstract string MarkerFile();

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        bool hasPath = FindPath() is not null;
        if (hasPath == From is not null)
        {
            checks.Report(
                hasPath ? nameof(From) : "Path",
                hasPath ? $"both 'path' and 'from' name {Noun()}" : $"{Noun()} is needed here",
                "give either path: PATH or from: STAGE");
        }
        else if (Artifact is not null && From is null)
        {
            checks.Report(nameof(Artifact), "'artifact' chooses among the folders of a stage, but no stage is named", "add from: STAGE or remove artifact");
        }
    }

    /// <summary>Names it for people: its path, or the stage and the folder in it.</summary>
    public string Describe() => FindPath() ?? (Artifact is null or "." ? From! : $"{From}/{Artifact}"); // a checked reference has one of the two

    /// <summary>The folders of this kind among the files of a stage.</summary>
    internal IReadOnlyList<string> FoldersOf(Stage stage) =>
        [.. stage.Outputs.Where(output => Path.GetFileName(output) == MarkerFile()).Select(output => Path.GetDirectoryName(output) is { Length: > 0 } folder ? folder.Replace('\\', '/') : ".")];
}
