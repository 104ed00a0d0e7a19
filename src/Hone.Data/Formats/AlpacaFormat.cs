using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca: <c>instruction</c>, <c>input</c> and <c>output</c>, perhaps after earlier turns.</summary>
[DataFormat("alpaca")]
public sealed record AlpacaFormat : RowFormat
{
    /// <summary>Column with the instruction.</summary>
    public string Prompt { get; init; } = "instruction";

    /// <summary>Column with what the instruction is about, put on a line of its own behind it; null for none.</summary>
    public string? Query { get; init; } = "input";

    /// <summary>Column with the answer; null for plain texts, which stand in the prompt's column.</summary>
    public string? Response { get; init; } = "output";

    /// <summary>Column with a system message; null for none.</summary>
    public string? System { get; init; } = "system";

    /// <summary>Column with earlier turns, a list of pairs of question and answer; null for none.</summary>
    public string? History { get; init; } = "history";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Prompt, .. ((string?[])[Query, Response, System, History]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && Response is not null && row.TryGetProperty(Response, out JsonElement answer) && answer.ValueKind is JsonValueKind.String or JsonValueKind.Null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        string prompt = RowFields.FindText(row, Prompt) ?? throw RowFields.Missing(row, Prompt);
        if (Response is null)
        {
            return prompt.Length > 0 ? new TextRow(null, prompt) : throw new InvalidRowException(RowIssue.NothingToLearn, $"the text in '{Prompt}' is empty", "remove the row");
        }

        string answer = RowFields.FindText(row, Response) ?? "";
        if (answer.Length == 0)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{Response}' is {(row.TryGetProperty(Response, out _) ? "empty" : "missing")}", "add the answer, or remove the row");
        }

        ConversationBuilder conversation = new AlpacaPrompt(Prompt, Query, System, History).Read(row);
        conversation.Add("assistant", answer);
        return conversation.ToRow(null);
    }
}
