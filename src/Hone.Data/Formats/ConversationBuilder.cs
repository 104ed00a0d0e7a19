using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Processors.ChatTemplates;

namespace Hone.Data.Formats;

/// <summary>Puts a conversation together in the form that chat templates read.</summary>
internal sealed class ConversationBuilder
{
    private readonly JsonArray _messages = [];
    private readonly List<bool> _trained = [];
    private bool _selects;

    /// <summary>Number of messages.</summary>
    public int Count => _messages.Count;

    /// <summary>Whether the first message is the system's.</summary>
    public bool HasSystem => _messages is [JsonObject first, ..] && (string?)first["role"] is "system" or "developer";

    /// <summary>Whether the last message is the assistant's.</summary>
    public bool EndsWithAssistant => _messages is [.., JsonObject last] && (string?)last["role"] is "assistant";

    /// <summary>Puts the system's message first.</summary>
    public void AddSystemFirst(string content)
    {
        _messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = content });
        _trained.Insert(0, false);
    }

    /// <summary>Adds a message.</summary>
    public void Add(string role, string content) => Add(new JsonObject { ["role"] = role, ["content"] = content }, null);

    /// <summary>Adds a message as it is.</summary>
    /// <param name="message">Its keys.</param>
    /// <param name="isTrained">Whether it says itself that it is trained or not; null if it does not say.</param>
    public void Add(JsonObject message, bool? isTrained)
    {
        _messages.Add(message);
        _trained.Add(isTrained ?? true);
        _selects |= isTrained is not null;
    }

    /// <summary>The row.</summary>
    public ConversationRow ToRow(JsonElement? tools, int? promptMessages = null, JsonElement? variables = null) => new(
        new Conversation
        {
            Messages = JsonSerializer.SerializeToElement(_messages),
            Tools = tools,
            Variables = variables is { ValueKind: JsonValueKind.Object } given ? given.EnumerateObject().ToDictionary(property => property.Name, property => property.Value) : new Dictionary<string, JsonElement>(),
        },
        promptMessages)
    {
        Trained = _selects ? [.. _trained] : ImmutableArray<bool>.Empty,
    };
}
