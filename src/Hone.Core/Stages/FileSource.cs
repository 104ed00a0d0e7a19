using Hone.Core.Recipes;

namespace Hone.Core.Stages;

/// <summary>A file that a stage reads: one on disk, or one that an earlier stage made.</summary>
[Shorthand(nameof(Path))]
public sealed record FileSource : ICheckedOptions
{
    /// <summary>Path of the file, relative to the working folder.</summary>
    [InputPath]
    public string? Path { get; init; }

    /// <summary>The earlier stage that makes the file.</summary>
    [StageReference]
    public string? From { get; init; }

    /// <summary>Which of that stage's files, if it makes several.</summary>
    public string? Artifact { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (Path is null == From is null)
        {
            checks.Report(
                Path is null ? nameof(Path) : nameof(From),
                Path is null ? "a file is needed here" : "both 'path' and 'from' name a file",
                "give either path: FILE or from: STAGE");
        }
        else if (Artifact is not null && From is null)
        {
            checks.Report(nameof(Artifact), "'artifact' chooses among the files of a stage, but no stage is named", "add from: STAGE or remove artifact");
        }
    }
}
