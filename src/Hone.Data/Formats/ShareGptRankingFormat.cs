using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Conversations in the manner of ShareGPT that end with a question, and two messages that answer it: LLaMA-Factory's <c>ranking: true</c>.</summary>
[DataFormat("sharegpt-ranking")]
public sealed record ShareGptRankingFormat : RowFormat
{
    /// <summary>Column with the list of messages.</summary>
    public string Messages { get; init; } = "conversations";

    /// <summary>Column with the preferred answer, a message.</summary>
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column with the other answer, a message.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <summary>Column with the tools that the assistant may call, as a list or as a text that holds one; null for none.</summary>
    public string? Tools { get; init; } = "tools";

    /// <summary>Column with a system message for rows whose list has none; null for none.</summary>
    public string? System { get; init; } = "system";

    /// <summary>Key of a message that says who speaks.</summary>
    public string RoleTag { get; init; } = "from";

    /// <summary>Key of a message that says what.</summary>
    public string ContentTag { get; init; } = "value";

    /// <summary>What the user is called.</summary>
    public string? UserTag { get; init; } = "human";

    /// <summary>What the assistant is called.</summary>
    public string? AssistantTag { get; init; } = "gpt";

    /// <summary>What the answer of a tool is called; null if there are none.</summary>
    public string? ObservationTag { get; init; } = "observation";

    /// <summary>What a call of a tool is called, whose content is JSON with <c>name</c> and <c>arguments</c>; null if there are none.</summary>
    public string? FunctionTag { get; init; } = "function_call";

    /// <summary>What the system is called; null if there is none.</summary>
    public string? SystemTag { get; init; } = "system";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Pair;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Messages, Chosen, Rejected, .. ((string?[])[Tools, System]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Messages, JsonValueKind.Array) && RowFields.Has(row, Chosen, JsonValueKind.Object) && RowFields.Has(row, Rejected, JsonValueKind.Object);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        return new PairRow(Answer(row, Chosen), Answer(row, Rejected));
    }

    private ConversationRow Answer(JsonElement row, string column)
    {
        var conversation = new ConversationBuilder();
        var tags = new MessageTags(RoleTag, ContentTag, UserTag, AssistantTag, ObservationTag, FunctionTag, SystemTag) { PassesOthers = false };
        MessageReader.Read(RowFields.Find(row, Messages) ?? throw RowFields.Missing(row, Messages), Messages, tags, conversation);
        if (RowFields.FindText(row, System) is { Length: > 0 } system && !conversation.HasSystem)
        {
            conversation.AddSystemFirst(system);
        }

        int prompt = conversation.Count;
        JsonElement answer = RowFields.Find(row, column) ?? throw new InvalidRowException(RowIssue.NoAnswer, $"'{column}' is missing", "add the answer, or remove the row");
        if (RowFields.Find(answer, ContentTag) is { ValueKind: JsonValueKind.String } content && content.ValueEquals(""))
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{column}' is empty", "add the answer, or remove the row");
        }

        MessageReader.Read(JsonSerializer.SerializeToElement(new[] { answer }), column, tags, conversation);
        return conversation.ToRow(RowFields.FindTools(row, Tools), prompt);
    }
}
