using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Two answers, <c>chosen</c> and <c>rejected</c>, both texts or both lists of messages, to a <c>prompt</c> of the same kind; without a prompt, it is what both begin with.</summary>
/// <remarks>
/// Source: TRL 1.16, preference datasets with explicit and implicit prompts, and <c>extract_prompt</c>. A text beside two lists is taken for the first
/// question that they repeat. Pairs that begin differently have no prompt and are refused, where TRL trains on an empty one.
/// </remarks>
[DataFormat("preference")]
public sealed record PreferenceFormat : RowFormat
{
    private const string VariablesColumn = "chat_template_kwargs";

    /// <summary>Column with the prompt.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Column with the preferred answer.</summary>
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column with the other answer.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <summary>Column with the tools that the assistant may call; null for none.</summary>
    public string? Tools { get; init; } = "tools";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Pair;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Prompt, Chosen, Rejected, .. ((string?[])[Tools, VariablesColumn]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row)
    {
        JsonValueKind prompt = RowFields.Find(row, Prompt)?.ValueKind ?? JsonValueKind.Undefined;
        return (RowFields.Has(row, Chosen, JsonValueKind.Array) && RowFields.Has(row, Rejected, JsonValueKind.Array) && prompt is JsonValueKind.Undefined or JsonValueKind.Array or JsonValueKind.String)
            || (RowFields.Has(row, Chosen, JsonValueKind.String) && RowFields.Has(row, Rejected, JsonValueKind.String) && prompt is JsonValueKind.Undefined or JsonValueKind.String && !row.TryGetProperty("instruction", out _));
    }

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        JsonElement chosen = Answer(row, Chosen), rejected = Answer(row, Rejected);
        if (chosen.ValueKind != rejected.ValueKind)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{Chosen}' is {chosen.ValueKind}, '{Rejected}' is {rejected.ValueKind}", "write both as texts, or both as lists of messages");
        }

        return chosen.ValueKind switch
        {
            JsonValueKind.String => ReadTexts(row, RowFields.Text(chosen, Chosen), RowFields.Text(rejected, Rejected)),
            JsonValueKind.Array => ReadMessages(row, chosen, rejected),
            var kind => throw new InvalidRowException(RowIssue.Malformed, $"'{Chosen}' is {kind}", "write it as text or as a list of messages"),
        };
    }

    private static JsonElement Answer(JsonElement row, string column) =>
        RowFields.Find(row, column) is { } value && !(value.ValueKind == JsonValueKind.String && value.ValueEquals("")) && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            ? value
            : throw RowFields.NoAnswer(column, "empty or missing");

    private PairRow ReadTexts(JsonElement row, string chosen, string rejected)
    {
        if (RowFields.FindText(row, Prompt) is { } prompt)
        {
            return new PairRow(new TextRow(prompt, chosen), new TextRow(prompt, rejected));
        }

        int common = chosen.AsSpan().CommonPrefixLength(rejected);
        common -= common > 0 && chosen[common - 1] == ' ' ? 1 : 0; // as TRL: the space belongs to the answers
        common -= common > 0 && char.IsHighSurrogate(chosen[common - 1]) ? 1 : 0;
        if (common == chosen.Length || common == rejected.Length)
        {
            throw chosen == rejected ? Equal() : new InvalidRowException(
                RowIssue.NoAnswer, $"without '{Prompt}' the prompt is what both answers begin with, and that is all of '{(common == chosen.Length ? Chosen : Rejected)}'", "add the prompt, or remove the row");
        }

        return common > 0 ? new PairRow(new TextRow(chosen[..common], chosen[common..]), new TextRow(rejected[..common], rejected[common..])) : throw NoPrompt();
    }

    private PairRow ReadMessages(JsonElement row, JsonElement chosen, JsonElement rejected)
    {
        JsonElement? prompt = RowFields.Find(row, Prompt);
        if (prompt is { ValueKind: JsonValueKind.Array } explicitPrompt)
        {
            return new PairRow(Conversation(row, explicitPrompt, chosen), Conversation(row, explicitPrompt, rejected));
        }

        if (prompt is { } text)
        {
            RequireFirstQuestion(RowFields.Text(text, Prompt), chosen);
        }

        int common = 0, shorter = Math.Min(chosen.GetArrayLength(), rejected.GetArrayLength());
        while (common < shorter && JsonElement.DeepEquals(chosen[common], rejected[common]))
        {
            common++;
        }

        if (common == chosen.GetArrayLength() || common == rejected.GetArrayLength())
        {
            throw common == chosen.GetArrayLength() && common == rejected.GetArrayLength() ? Equal() : new InvalidRowException(
                RowIssue.NoAnswer, $"without a list in '{Prompt}' the prompt is what both answers begin with, and that is all of '{(common == chosen.GetArrayLength() ? Chosen : Rejected)}'", "add the prompt, or remove the row");
        }

        return common > 0 ? new PairRow(Whole(row, chosen, Chosen, common), Whole(row, rejected, Rejected, common)) : throw NoPrompt();
    }

    private void RequireFirstQuestion(string prompt, JsonElement chosen)
    {
        JsonElement question = chosen.EnumerateArray().FirstOrDefault(message => message.ValueKind == JsonValueKind.Object && RowFields.Find(message, "role") is { ValueKind: JsonValueKind.String } role && role.ValueEquals("user"));
        if (question.ValueKind != JsonValueKind.Object || RowFields.Find(question, "content") is not { ValueKind: JsonValueKind.String } content || !content.ValueEquals(prompt))
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{Prompt}' is a text that is not the first question of '{Chosen}', a list of messages", "write the prompt as a list of messages too");
        }
    }

    private ConversationRow Conversation(JsonElement row, JsonElement prompt, JsonElement answer)
    {
        var conversation = new ConversationBuilder();
        MessageReader.Read(prompt, Prompt, MessageTags.Standard, conversation);
        int count = conversation.Count;
        MessageReader.Read(answer, Chosen, MessageTags.Standard, conversation);
        return conversation.ToRow(RowFields.FindTools(row, Tools), count, RowFields.Find(row, VariablesColumn));
    }

    private ConversationRow Whole(JsonElement row, JsonElement messages, string column, int prompt)
    {
        var conversation = new ConversationBuilder();
        MessageReader.Read(messages, column, MessageTags.Standard, conversation);
        return conversation.ToRow(RowFields.FindTools(row, Tools), prompt, RowFields.Find(row, VariablesColumn));
    }

    private InvalidRowException NoPrompt() => new(RowIssue.Malformed, $"there is no '{Prompt}', and '{Chosen}' and '{Rejected}' begin differently", "add the prompt");

    private InvalidRowException Equal() => new(RowIssue.EqualAnswers, $"'{Chosen}' and '{Rejected}' are the same", "remove the row");
}
