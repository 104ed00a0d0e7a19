using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>A list of messages in the manner of ShareGPT: <c>conversations</c>, objects with <c>from</c> and <c>value</c>.</summary>
public abstract record ShareGptRowFormat : RowFormat
{
    /// <summary>Column with the list of messages.</summary>
    public string Messages { get; init; } = "conversations";

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
    public override IReadOnlyList<string> Columns => [Messages, .. ((string?[])[Tools, System]).OfType<string>()];

    private protected MessageTags Tags => new(RoleTag, ContentTag, UserTag, AssistantTag, ObservationTag, FunctionTag, SystemTag) { PassesOthers = false };

    /// <summary>The messages of a row.</summary>
    /// <exception cref="InvalidRowException">There are none, something is no message, or pictures or sound belong to them.</exception>
    private protected ConversationBuilder ReadMessages(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        return MessageReader.ReadRow(row, Messages, System, Tags);
    }
}
