using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hone.Data.Datasets;

/// <summary>What became of every row: nothing is left out or cut without a count.</summary>
/// <param name="Sources">One entry a file.</param>
public sealed record DataReport(IReadOnlyList<SourceReport> Sources)
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) }, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>How long the examples are; null in a report of rows alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LengthStatistics? Lengths { get; init; }

    /// <summary>Number of rows read.</summary>
    [JsonIgnore]
    public long RowsRead => Sources.Sum(source => source.RowsRead);

    /// <summary>Number of examples.</summary>
    [JsonIgnore]
    public long Examples => Sources.Sum(source => source.Examples);

    /// <summary>Number of rows left out.</summary>
    [JsonIgnore]
    public long Dropped => Sources.Sum(source => source.Dropped.Sum(dropped => dropped.Count));

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static DataReport FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<DataReport>(json, s_json) ?? throw new JsonException("a report is an object");

    /// <summary>The report as JSON in UTF-8, the same bytes for the same report.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>Sentences for everything that a person should know before training.</summary>
    public IReadOnlyList<string> CreateWarnings()
    {
        var warnings = new List<string>();
        foreach (SourceReport source in Sources)
        {
            warnings.AddRange(source.Notes);
            foreach (DroppedRows dropped in source.Dropped)
            {
                warnings.Add($"{source.Source}: {dropped.Count:N0} of {source.RowsRead:N0} rows left out ({Words(dropped.Issue)}): {Rows(dropped.FirstRows, dropped.Count)}; the first, {dropped.FirstPlace}: {dropped.FirstDetail}");
            }

            if (source.Truncated > 0)
            {
                warnings.Add($"{source.Source}: {source.Truncated:N0} of {source.Examples:N0} examples cut, {source.CutTokens:N0} tokens lost: {Rows(source.TruncatedRows, source.Truncated)}; max_tokens decides");
            }

            if (source.CutPrompts > 0)
            {
                warnings.Add($"{source.Source}: {source.CutPrompts:N0} of {source.Examples:N0} prompts cut, {source.CutPromptTokens:N0} tokens lost: {Rows(source.CutPromptRows, source.CutPromptRows.Count)}; max_prompt_tokens decides");
            }

            foreach (UnwrittenPart part in source.Unwritten)
            {
                warnings.Add($"{source.Source}: {part.Count:N0} of {source.Examples:N0} examples have {part.Part}, which the chat template does not write: {Rows(part.FirstRows, part.Count)}; use a model whose template does");
            }

            if (source.UnusedColumns.Count > 0)
            {
                warnings.Add($"{source.Source}: columns that format '{source.Format}' does not read: {string.Join(", ", source.UnusedColumns)}");
            }
        }

        return warnings;
    }

    private static string Rows(IReadOnlyList<long> first, long count) => $"row{(count == 1 ? "" : "s")} {string.Join(", ", first)}{(first.Count < count ? ", …" : "")}";

    private static string Words(RowIssue issue) => JsonNamingPolicy.SnakeCaseLower.ConvertName(issue.ToString()).Replace('_', ' ');
}
