using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates;

/// <summary>Puts placeholders where control tokens stand in what users wrote, and finds them again in the rendered text.</summary>
/// <remarks>A placeholder is the number of the token between two marks: a private-use character that neither the conversation nor the template contains.</remarks>
internal sealed class ControlTokenEscapes
{
    private const char FirstMark = '\uE000';
    private const char LastMark = '\uF8FF';

    private readonly string[] _tokens;
    private readonly string _template;

    public ControlTokenEscapes(IEnumerable<string> tokens, string template)
    {
        _tokens = [.. tokens.Where(token => token.Length > 0).Distinct().OrderByDescending(token => token.Length).ThenBy(token => token, StringComparer.Ordinal)];
        _template = template;
    }

    /// <summary>The conversation with placeholders, and their mark; null if there is nothing to escape.</summary>
    public (Conversation Escaped, char? Mark) Escape(Conversation conversation)
    {
        string all = string.Concat(new[] { conversation.Messages, conversation.Tools ?? default, conversation.Documents ?? default }
            .Where(json => json.ValueKind != JsonValueKind.Undefined).Select(Flatten));
        if (!Array.Exists(_tokens, token => all.Contains(token, StringComparison.Ordinal)))
        {
            return (conversation, null);
        }

        char mark = FirstMark;
        while (all.Contains(mark) || _template.Contains(mark) || Array.Exists(_tokens, token => token.Contains(mark)))
        {
            mark = mark < LastMark ? (char)(mark + 1) : throw Lost("the conversation uses every private-use character, so none is left to mark control tokens");
        }

        return (conversation with
        {
            Messages = Escape(conversation.Messages, mark),
            Tools = conversation.Tools is { } tools ? Escape(tools, mark) : null,
            Documents = conversation.Documents is { } documents ? Escape(documents, mark) : null,
        }, mark);
    }

    /// <summary>The text without placeholders, its parts, and the map from positions with placeholders to positions without, in code points.</summary>
    public (string Text, List<(string Text, bool IsOrdinary)> Parts, Func<int, int> Map) Split(string rendered, char mark)
    {
        var text = new StringBuilder(rendered.Length);
        var parts = new List<(string Text, bool IsOrdinary)>();
        var shifts = new List<(int From, int Shift)> { (0, 0) };
        int shift = 0;
        int at = 0;
        while (true)
        {
            int open = rendered.IndexOf(mark, at);
            string plain = open < 0 ? rendered[at..] : rendered[at..open];
            if (plain.Length > 0)
            {
                parts.Add((plain, false));
                text.Append(plain);
            }

            if (open < 0)
            {
                return (text.ToString(), parts, position => position + shifts.Last(entry => entry.From <= position).Shift);
            }

            int close = rendered.IndexOf(mark, open + 1);
            string number = close < 0 ? "" : rendered[(open + 1)..close];
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= _tokens.Length)
            {
                throw Lost("the template takes control tokens of the messages apart, so that they cannot be told from its own");
            }

            parts.Add((_tokens[index], true));
            text.Append(_tokens[index]);
            at = close + 1;
            shift += Characters.Length(_tokens[index]) - (number.Length + 2);
            shifts.Add((Characters.Length(rendered.AsSpan(0, at)), shift));
        }
    }

    private static TemplateException Lost(string detail) =>
        new(TemplateStage.Render, "ValueError", detail, 0, "", "chat template", "Remove the control tokens from the messages, or encode without escaping them.");

    private static string Flatten(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => string.Join('\n', json.EnumerateObject().Select(property => property.Name + "\n" + Flatten(property.Value))),
        JsonValueKind.Array => string.Join('\n', json.EnumerateArray().Select(Flatten)),
        JsonValueKind.String => json.GetString()!, // strings are never null
        _ => "",
    };

    private JsonElement Escape(JsonElement json, char mark) => JsonSerializer.SerializeToElement(Rewrite(json, mark));

    private JsonNode? Rewrite(JsonElement json, char mark)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var copy = new JsonObject();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    copy[Escape(property.Name, mark)] = Rewrite(property.Value, mark);
                }

                return copy;
            case JsonValueKind.Array:
                return new JsonArray([.. json.EnumerateArray().Select(item => Rewrite(item, mark))]);
            case JsonValueKind.String:
                return JsonValue.Create(Escape(json.GetString()!, mark));
            default:
                return json.ValueKind == JsonValueKind.Null ? null : JsonValue.Create(json);
        }
    }

    /// <summary>Replaces tokens from left to right, the longest that fits first.</summary>
    private string Escape(string text, char mark)
    {
        StringBuilder? escaped = null;
        int at = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int index = Array.FindIndex(_tokens, token => string.CompareOrdinal(text, i, token, 0, token.Length) == 0);
            if (index >= 0)
            {
                escaped ??= new StringBuilder(text.Length);
                escaped.Append(text, at, i - at).Append(mark).Append(CultureInfo.InvariantCulture, $"{index}").Append(mark);
                i += _tokens[index].Length - 1;
                at = i + 1;
            }
        }

        return escaped is null ? text : escaped.Append(text, at, text.Length - at).ToString();
    }
}
