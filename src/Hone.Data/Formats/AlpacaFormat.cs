using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca: <c>instruction</c>, <c>input</c> and <c>output</c>, perhaps after earlier turns.</summary>
[DataFormat("alpaca")]
public sealed record AlpacaFormat : AlpacaRowFormat
{
    /// <summary>Column with the answer; null for plain texts, which stand in the prompt's column.</summary>
    public string? Response { get; init; } = "output";

    /// <inheritdoc/>
    private protected override IReadOnlyList<string?> AnswerColumns => [Response];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && Response is not null && row.TryGetProperty(Response, out JsonElement answer) && answer.ValueKind is JsonValueKind.String or JsonValueKind.Null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        if (Response is not null)
        {
            return ReadAnswer(row, Response) with { PromptMessages = null };
        }

        string text = RowFields.FindText(row, Prompt) ?? throw RowFields.Missing(row, Prompt);
        return text.Length > 0 ? new TextRow(null, text) : throw new InvalidRowException(RowIssue.NothingToLearn, $"the text in '{Prompt}' is empty", "remove the row");
    }
}
