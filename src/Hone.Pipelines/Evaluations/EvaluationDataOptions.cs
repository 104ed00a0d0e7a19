using Hone.Core.Recipes;
using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Pipelines.Evaluations;

/// <summary>The data of an evaluation: a file of rows in any format that training reads.</summary>
[Shorthand(nameof(Path))]
public sealed record EvaluationDataOptions : ICheckedOptions
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

    /// <inheritdoc/>
    public void Check(OptionChecks checks) => ToSource(null).Check(checks);

    /// <summary>Names the file for people.</summary>
    public string Describe() => Path ?? (Artifact is null ? From! : $"{From}/{Artifact}"); // checked options have one of the two

    /// <summary>The same file as a source of rows.</summary>
    /// <param name="limit">How many rows to read; null for all.</param>
    internal DataSource ToSource(int? limit) => new() { Path = Path, From = From, Artifact = Artifact, Name = Name, Format = Format, MaxRows = limit };
}
