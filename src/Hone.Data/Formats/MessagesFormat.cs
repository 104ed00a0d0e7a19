using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Conversations as most programs write them: <c>messages</c>, a list of objects with <c>role</c> and <c>content</c>.</summary>
[DataFormat("messages")]
public sealed record MessagesFormat : RowFormat
{
    private const string VariablesColumn = "chat_template_kwargs";

    /// <summary>Column with the list of messages.</summary>
    public string Messages { get; init; } = "messages";

    /// <summary>Column with the tools that the assistant may call, as a list or as a text that holds one; null for none.</summary>
    public string? Tools { get; init; } = "tools";

    /// <summary>Column with a system message for rows whose list has none; null for none.</summary>
    public string? System { get; init; }

    /// <summary>Key of a message that says who speaks.</summary>
    public string RoleTag { get; init; } = "role";

    /// <summary>Key of a message that says what.</summary>
    public string ContentTag { get; init; } = "content";

    /// <summary>What the user is called.</summary>
    public string UserTag { get; init; } = "user";

    /// <summary>What the assistant is called.</summary>
    public string AssistantTag { get; init; } = "assistant";

    /// <summary>What the answer of a tool is called.</summary>
    public string ObservationTag { get; init; } = "tool";

    /// <summary>What the system is called.</summary>
    public string SystemTag { get; init; } = "system";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Messages, .. ((string?[])[Tools, System, VariablesColumn]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Messages, JsonValueKind.Array) && row.GetProperty(Messages).EnumerateArray().All(message => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(RoleTag, out _));

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        var tags = new MessageTags(RoleTag, ContentTag, UserTag, AssistantTag, ObservationTag, null, SystemTag);
        return MessageReader.ReadRow(row, Messages, System, tags).ToRow(RowFields.FindTools(row, Tools), variables: RowFields.Find(row, VariablesColumn));
    }
}
