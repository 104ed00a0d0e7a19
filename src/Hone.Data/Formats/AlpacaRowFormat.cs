using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Questions in the manner of Alpaca: <c>instruction</c> and <c>input</c>, perhaps after earlier turns.</summary>
public abstract record AlpacaRowFormat : RowFormat
{
    /// <summary>Column with the instruction.</summary>
    public string Prompt { get; init; } = "instruction";

    /// <summary>Column with what the instruction is about, put on a line of its own behind it; null for none.</summary>
    public string? Query { get; init; } = "input";

    /// <summary>Column with a system message; null for none.</summary>
    public string? System { get; init; } = "system";

    /// <summary>Column with earlier turns, a list of pairs of question and answer; null for none.</summary>
    public string? History { get; init; } = "history";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Prompt, .. ((string?[])[Query, .. AnswerColumns, System, History]).OfType<string>()];

    /// <summary>The columns of the answers and what is said of them.</summary>
    private protected abstract IReadOnlyList<string?> AnswerColumns { get; }

    /// <summary>The question of a row with an answer.</summary>
    /// <exception cref="InvalidRowException">A column is missing, empty or of the wrong type.</exception>
    private protected ConversationRow ReadAnswer(JsonElement row, string column)
    {
        string answer = RowFields.RequireAnswer(row, column), prompt = RowFields.FindText(row, Prompt) ?? throw RowFields.Missing(row, Prompt);
        var conversation = new ConversationBuilder();
        if (RowFields.FindText(row, System) is { Length: > 0 } system)
        {
            conversation.Add("system", system);
        }

        AddHistory(row, conversation);
        conversation.Add("user", string.Join('\n', ((string?[])[prompt, RowFields.FindText(row, Query)]).Where(text => !string.IsNullOrEmpty(text))));
        int questions = conversation.Count;
        conversation.Add("assistant", answer);
        return conversation.ToRow(null, questions);
    }

    private void AddHistory(JsonElement row, ConversationBuilder conversation)
    {
        if (RowFields.Find(row, History) is not { } history)
        {
            return;
        }

        JsonElement[] turns = history.ValueKind == JsonValueKind.Array ? [.. history.EnumerateArray()] : [];
        if (history.ValueKind != JsonValueKind.Array || turns.Any(turn => turn.ValueKind != JsonValueKind.Array || turn.GetArrayLength() != 2))
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{History}' is no list of pairs", "write [[\"question\", \"answer\"], …]");
        }

        foreach (JsonElement turn in turns)
        {
            conversation.Add("user", RowFields.Text(turn[0], "history"));
            conversation.Add("assistant", RowFields.Text(turn[1], "history"));
        }
    }
}
