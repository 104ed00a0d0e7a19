using System.Text.Json.Serialization;

namespace Hone.Data.Datasets;

/// <summary>What became of the rows of one file.</summary>
public sealed record SourceReport
{
    /// <summary>The file, and the data set's name where a registry describes it.</summary>
    public required string Source { get; init; }

    /// <summary>Name of the format.</summary>
    public required string Format { get; init; }

    /// <summary>Whether the format was found by the first row, not named.</summary>
    public bool IsDetected { get; init; }

    /// <summary>Columns that the format does not read.</summary>
    public IReadOnlyList<string> UnusedColumns { get; init; } = [];

    /// <summary>Number of rows read.</summary>
    public long RowsRead { get; init; }

    /// <summary>Number of examples made of them.</summary>
    public long Examples { get; init; }

    /// <summary>Number of tokens of the examples.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of tokens that are trained.</summary>
    public long TrainedTokens { get; init; }

    /// <summary>Number of examples that were cut.</summary>
    public long Truncated { get; init; }

    /// <summary>Number of tokens that were cut off.</summary>
    public long CutTokens { get; init; }

    /// <summary>Numbers of the first rows that were cut.</summary>
    public IReadOnlyList<long> TruncatedRows { get; init; } = [];

    /// <summary>Number of prompts that were cut on their own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CutPrompts { get; init; }

    /// <summary>Number of tokens that were cut off prompts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CutPromptTokens { get; init; }

    /// <summary>Numbers of the first rows whose prompt was cut.</summary>
    public IReadOnlyList<long> CutPromptRows { get; init; } = [];

    /// <summary>The rows left out, by reason.</summary>
    public IReadOnlyList<DroppedRows> Dropped { get; init; } = [];

    /// <summary>Parts of conversations that the chat template does not write.</summary>
    public IReadOnlyList<UnwrittenPart> Unwritten { get; init; } = [];

    /// <summary>What else a person should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
