using System.Text.Json;

namespace Hone.Processors.ChatTemplates;

/// <summary>What a chat template renders: messages in the form of transformers, and what goes with them.</summary>
public sealed record Conversation
{
    /// <summary>An array of objects with <c>role</c> and <c>content</c>; other keys pass through, keys that are null are left out.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>An array of tool schemas, or null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>An array of documents with <c>title</c> and <c>text</c>, or null.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether to end with the opening of an assistant's turn.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether to end inside the last message, so that a model goes on with it; excludes <see cref="AddGenerationPrompt"/>.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>More variables for the template, e.g. <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Reads a conversation from JSON: an array of messages, or an object with <c>messages</c> and optional <c>tools</c>, <c>documents</c>,
    /// <c>add_generation_prompt</c>, <c>continue_final_message</c> and <c>chat_template_kwargs</c>.</summary>
    /// <exception cref="FormatException">The JSON is neither.</exception>
    public static Conversation Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            return new Conversation { Messages = json };
        }

        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("messages", out JsonElement messages) || messages.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("a conversation is an array of messages, or an object with an array \"messages\"");
        }

        Dictionary<string, JsonElement> variables = [];
        if (Optional(json, "chat_template_kwargs") is { ValueKind: JsonValueKind.Object } kwargs)
        {
            variables = kwargs.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
        }

        return new Conversation
        {
            Messages = messages,
            Tools = Optional(json, "tools"),
            Documents = Optional(json, "documents"),
            AddGenerationPrompt = Optional(json, "add_generation_prompt") is { ValueKind: JsonValueKind.True },
            ContinueFinalMessage = Optional(json, "continue_final_message") is { ValueKind: JsonValueKind.True },
            Variables = variables,
        };
    }

    private static JsonElement? Optional(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
