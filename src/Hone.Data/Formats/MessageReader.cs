using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Reads a list of messages in one of its many dialects into the form that chat templates read.</summary>
/// <remarks>
/// A content that is a list of parts becomes one text; parts of the kinds <c>reasoning</c> and <c>tool_call</c> become the message's own keys.
/// A message's <c>loss_weight</c> of 0 leaves it out of training.
/// </remarks>
internal static class MessageReader
{
    private const string WeightKey = "loss_weight";
    private const string ToolCalls = "tool_calls";

    /// <summary>The conversation of a row: its list of messages, behind the system message of its own column where the list has none.</summary>
    /// <exception cref="InvalidRowException">The list is missing or empty, or something is no message.</exception>
    public static ConversationBuilder ReadRow(JsonElement row, string messages, string? system, MessageTags tags)
    {
        var conversation = new ConversationBuilder();
        Read(RowFields.Find(row, messages) ?? throw RowFields.Missing(row, messages), messages, tags, conversation);
        if (conversation.Count == 0)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{messages}' is empty", "remove the row");
        }

        if (RowFields.FindText(row, system) is { Length: > 0 } text && !conversation.HasSystem)
        {
            conversation.AddSystemFirst(text);
        }

        return conversation;
    }

    /// <summary>Adds the messages of a list.</summary>
    /// <exception cref="InvalidRowException">Something is no message.</exception>
    public static void Read(JsonElement messages, string column, MessageTags tags, ConversationBuilder conversation)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{column}' is {messages.ValueKind}, not a list of messages", "write [{\"role\": \"user\", \"content\": \"…\"}, …]");
        }

        int number = 0;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            number++;
            if (message.ValueKind != JsonValueKind.Object || RowFields.Find(message, tags.Role) is not { } role)
            {
                throw new InvalidRowException(RowIssue.Malformed, $"message {number} of '{column}' has no '{tags.Role}'", "correct the row, or name the keys of messages in format");
            }

            conversation.Add(ReadMessage(message, RowFields.Text(role, tags.Role), number, tags), Weight(message, number));
        }
    }

    private static JsonObject ReadMessage(JsonElement message, string role, int number, MessageTags tags)
    {
        JsonElement? content = RowFields.Find(message, tags.Content);
        if (tags.ToolCall is not null && role == tags.ToolCall)
        {
            string call = RowFields.Text(content ?? throw NoContent(number, tags), tags.Content);
            return new JsonObject { ["role"] = "assistant", ["content"] = "", [ToolCalls] = Calls(RowFields.ParseJson(call, tags.Content)) };
        }

        string standard = role switch
        {
            _ when role == tags.System => "system",
            _ when role == tags.User => "user",
            _ when role == tags.Assistant => "assistant",
            _ when role == tags.Tool => "tool",
            _ when tags.PassesOthers => role,
            _ => throw new InvalidRowException(RowIssue.Malformed, $"message {number} is by '{role}', which is none of {tags.Known}", "correct the row, or name its roles in format"),
        };
        var result = new JsonObject { ["role"] = standard };
        foreach (JsonProperty property in message.EnumerateObject().Where(property => property.Name != tags.Role && property.Name != tags.Content && property.Name != WeightKey))
        {
            result[property.Name] = JsonSerializer.SerializeToNode(property.Value);
        }

        if (content is { ValueKind: JsonValueKind.Array } parts)
        {
            ReadParts(parts, number, result);
        }
        else if (content is { } text)
        {
            result["content"] = RowFields.Text(text, tags.Content);
        }
        else if (!result.ContainsKey(ToolCalls))
        {
            throw NoContent(number, tags);
        }

        return result;
    }

    private static void ReadParts(JsonElement parts, int number, JsonObject message)
    {
        string text = "", reasoning = "";
        var calls = new JsonArray();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            string kind = part.ValueKind == JsonValueKind.Object && RowFields.Find(part, "type") is { } type ? RowFields.Text(type, "type") : "";
            JsonElement? value = part.ValueKind == JsonValueKind.Object ? RowFields.Find(part, kind == "text" && part.TryGetProperty("text", out _) ? "text" : "value") : null;
            switch (kind)
            {
                case "text" when value is { } given:
                    text += RowFields.Text(given, "text");
                    break;
                case "reasoning" when value is { } given:
                    reasoning += RowFields.Text(given, "reasoning");
                    break;
                case "tool_call" when value is { } given:
                    foreach (JsonNode? call in Calls(given.ValueKind == JsonValueKind.String ? RowFields.ParseJson(RowFields.Text(given, kind), kind) : given).ToArray())
                    {
                        calls.Add(call!.DeepClone()); // Calls() adds objects alone
                    }

                    break;
                case "image" or "image_url" or "video" or "video_url" or "audio" or "audio_url" or "input_audio":
                    throw new InvalidRowException(RowIssue.Media, $"message {number} has a part of the type '{kind}'", "leave such rows out with invalid_rows: drop");
                default:
                    throw new InvalidRowException(RowIssue.Malformed, $"message {number} has a part of the type '{kind}', or one without a value", "use parts of the type text, reasoning or tool_call");
            }
        }

        message["content"] = text;
        if (reasoning.Length > 0)
        {
            message["reasoning_content"] = reasoning;
        }

        if (calls.Count > 0)
        {
            message[ToolCalls] = calls;
        }
    }

    /// <summary>One call or a list of them, as <c>{ type: function, function: { name, arguments } }</c>; arguments that are text with JSON become JSON.</summary>
    private static JsonArray Calls(JsonElement json)
    {
        var calls = new JsonArray();
        foreach (JsonElement call in json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().ToArray() : [json])
        {
            if (call.ValueKind != JsonValueKind.Object || RowFields.Find(call, "name") is not { } name)
            {
                throw new InvalidRowException(RowIssue.Malformed, "a call of a tool has no name", "write {\"name\": …, \"arguments\": {…}}");
            }

            JsonElement? arguments = RowFields.Find(call, "arguments");
            arguments = arguments is { ValueKind: JsonValueKind.String } text ? RowFields.ParseJson(RowFields.Text(text, "arguments"), "arguments") : arguments;
            calls.Add(new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = RowFields.Text(name, "name"), ["arguments"] = arguments is { } given ? JsonSerializer.SerializeToNode(given) : new JsonObject() },
            });
        }

        return calls;
    }

    private static bool? Weight(JsonElement message, int number)
    {
        if (RowFields.Find(message, WeightKey) is not { } weight)
        {
            return null;
        }

        double value = weight.ValueKind == JsonValueKind.Number ? weight.GetDouble() : double.NaN;
        return value is 0 or 1 ? value == 1 : throw new InvalidRowException(RowIssue.Malformed, $"message {number} has the {WeightKey} {weight}", "a message is trained (1) or not (0); other weights are not known");
    }

    private static InvalidRowException NoContent(int number, MessageTags tags) =>
        new(RowIssue.Malformed, $"message {number} has no '{tags.Content}'", "correct the row, or name the keys of messages in format");
}
