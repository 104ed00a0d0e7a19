using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Conversations in the manner of ShareGPT that end with an answer, and whether it is a good one: LLaMA-Factory's <c>kto_tag</c>.</summary>
[DataFormat("sharegpt-kto")]
public sealed record ShareGptKtoFormat : RowFormat
{
    /// <summary>Column with the list of messages; the last one is the answer.</summary>
    public string Messages { get; init; } = "conversations";

    /// <summary>Column that says whether the answer is good: true or false.</summary>
    public string KtoTag { get; init; } = "kto_tag";

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
    public override RowContent Content => RowContent.Feedback;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Messages, KtoTag, .. ((string?[])[Tools, System]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) => RowFields.Has(row, Messages, JsonValueKind.Array) && RowFields.Find(row, KtoTag) is not null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        var conversation = new ConversationBuilder();
        var tags = new MessageTags(RoleTag, ContentTag, UserTag, AssistantTag, ObservationTag, FunctionTag, SystemTag) { PassesOthers = false };
        MessageReader.Read(RowFields.Find(row, Messages) ?? throw RowFields.Missing(row, Messages), Messages, tags, conversation);
        if (RowFields.FindText(row, System) is { Length: > 0 } system && !conversation.HasSystem)
        {
            conversation.AddSystemFirst(system);
        }

        if (!conversation.EndsWithAssistant)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{Messages}' does not end with an answer of the assistant", "add the answer, or remove the row");
        }

        return new FeedbackRow(conversation.ToRow(RowFields.FindTools(row, Tools), conversation.Count - 1), RowFields.RequireFlag(row, KtoTag));
    }
}
