using Hone.Core.Recipes;
using Hone.Core.Stages;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>A file of rows, and what its columns mean.</summary>
public abstract record RowFile : ICheckedOptions
{
    /// <summary>A .jsonl, .json, .csv or .tsv file, or a dataset_info.json that describes several; relative to the working folder.</summary>
    [InputPath]
    public string? Path { get; init; }

    /// <summary>The earlier stage that makes the file.</summary>
    [StageReference]
    public string? From { get; init; }

    /// <summary>Which of that stage's files, if it makes several.</summary>
    public string? Artifact { get; init; }

    /// <summary>Which of the data sets that a dataset_info.json describes.</summary>
    public string? Name { get; init; }

    /// <summary>What the columns mean; null to find out by the first row.</summary>
    public RowFormat? Format { get; init; }

    /// <summary>The file that it names.</summary>
    public FileSource ToFile() => new() { Path = Path, From = From, Artifact = Artifact };

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        ToFile().Check(checks);
        if (Path is not null && IsRegistry(Path) != Name is not null)
        {
            checks.Report(
                Name is null ? nameof(Path) : nameof(Name),
                Name is null ? $"a {DatasetRegistry.FileName} describes several data sets" : $"'name' chooses from a {DatasetRegistry.FileName}, but 'path' is no such file",
                Name is null ? "add name: DATASET" : $"remove name, or give the path of a {DatasetRegistry.FileName}");
        }

        if (Name is not null && Format is not null)
        {
            checks.Report(nameof(Format), $"the {DatasetRegistry.FileName} says already what the columns mean", "remove format");
        }
    }

    /// <summary>Whether a path names descriptions of data sets instead of rows.</summary>
    internal static bool IsRegistry(string path) => System.IO.Path.GetFileName(path) == DatasetRegistry.FileName;
}
