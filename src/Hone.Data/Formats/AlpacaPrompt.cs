using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Reads the question of a row in the manner of Alpaca, with a system message and earlier turns where there are any.</summary>
/// <param name="Prompt">Column with the instruction.</param>
/// <param name="Query">Column with what the instruction is about; null for none.</param>
/// <param name="System">Column with a system message; null for none.</param>
/// <param name="History">Column with earlier turns; null for none.</param>
internal sealed record AlpacaPrompt(string Prompt, string? Query, string? System, string? History)
{
    /// <summary>The columns.</summary>
    public IReadOnlyList<string> Columns => [Prompt, .. ((string?[])[Query, System, History]).OfType<string>()];

    /// <summary>The conversation up to the answer.</summary>
    /// <exception cref="InvalidRowException">A column is missing or of the wrong type.</exception>
    public ConversationBuilder Read(JsonElement row)
    {
        string prompt = RowFields.FindText(row, Prompt) ?? throw RowFields.Missing(row, Prompt);
        var conversation = new ConversationBuilder();
        if (RowFields.FindText(row, System) is { Length: > 0 } system)
        {
            conversation.Add("system", system);
        }

        AddHistory(row, conversation);
        conversation.Add("user", string.Join('\n', ((string?[])[prompt, RowFields.FindText(row, Query)]).Where(text => !string.IsNullOrEmpty(text))));
        return conversation;
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
