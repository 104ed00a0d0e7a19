using System.Text;
using Hone.Processors.ChatTemplates;

namespace Hone.Cli.Rendering;

/// <summary>Prints a tokenized conversation: its text and a row a token.</summary>
internal static class ChatTokenText
{
    // ANSI colours: neighbouring tokens differ, the assistant's stand out.
    private const string Reset = "\e[0m";
    private const string Faint = "\e[2m";
    private static readonly string[] s_other = ["\e[37m", "\e[36m"];
    private static readonly string[] s_assistant = ["\e[1;32m", "\e[1;33m"];

    /// <summary>Writes for people.</summary>
    public static void Write(ChatTokenizer chat, TokenizedChat tokenized, TextWriter output, bool inColour)
    {
        int[] starts = UnitStarts(tokenized.Text);
        output.WriteLine(Heading($"text ({starts.Length - 1:N0} characters)", inColour));
        output.WriteLine(inColour ? Coloured(tokenized, starts) : tokenized.Text);
        output.WriteLine();
        string marked = chat.Template.MarksAssistant
            ? $"{tokenized.AssistantMask.Count(isAssistant => isAssistant):N0} of the assistant, marked with *"
            : "the template does not mark the assistant's";
        output.WriteLine(Heading($"tokens ({tokenized.Ids.Length:N0}; {marked})", inColour));
        for (int i = 0; i < tokenized.Ids.Length; i++)
        {
            bool isAssistant = IsAssistant(tokenized, i);
            string row = $"{i,6} {tokenized.Ids[i],8} {(isAssistant ? '*' : ' ')} {Shown(chat, tokenized, starts, i)}";
            output.WriteLine(inColour ? Colour(isAssistant, i) + row + Reset : row);
        }
    }

    /// <summary>Writes one JSON object.</summary>
    public static string WriteJson(ChatTokenizer chat, TokenizedChat tokenized) => JsonLine.Write(json =>
    {
        int[] starts = UnitStarts(tokenized.Text);
        json.WriteString("text", tokenized.Text);
        json.WriteBoolean("marks_assistant", chat.Template.MarksAssistant);
        json.WriteStartArray("tokens");
        for (int i = 0; i < tokenized.Ids.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", tokenized.Ids[i]);
            json.WriteString("text", TextOf(tokenized, starts, i));
            json.WriteNumber("start", tokenized.Offsets[i].Start);
            json.WriteNumber("end", tokenized.Offsets[i].End);
            if (chat.Template.MarksAssistant)
            {
                json.WriteBoolean("assistant", tokenized.AssistantMask[i]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Heading(string text, bool inColour) => inColour ? $"{Faint}{text}{Reset}" : text;

    private static string Colour(bool isAssistant, int index) => (isAssistant ? s_assistant : s_other)[index % 2];

    private static bool IsAssistant(TokenizedChat tokenized, int index) => tokenized.AssistantMask.Length > 0 && tokenized.AssistantMask[index];

    private static string Coloured(TokenizedChat tokenized, int[] starts)
    {
        var text = new StringBuilder(tokenized.Text.Length * 2);
        int done = 0;
        for (int i = 0; i < tokenized.Ids.Length; i++)
        {
            // Tokens of one character's bytes share it; what no token covers keeps no colour.
            (int start, int end) = (Math.Max(starts[tokenized.Offsets[i].Start], done), Math.Max(starts[tokenized.Offsets[i].End], done));
            text.Append(tokenized.Text, done, start - done).Append(Colour(IsAssistant(tokenized, i), i)).Append(tokenized.Text, start, end - start).Append(Reset);
            done = end;
        }

        return text.Append(tokenized.Text, done, tokenized.Text.Length - done).ToString();
    }

    private static string Shown(ChatTokenizer chat, TokenizedChat tokenized, int[] starts, int index)
    {
        string text = TextOf(tokenized, starts, index);
        string token = chat.Tokenizer.TokenOf(tokenized.Ids[index]) ?? "";
        string quoted = System.Text.Json.JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return token == text ? $"\"{quoted}\"" : $"\"{quoted}\" ({token})";
    }

    private static string TextOf(TokenizedChat tokenized, int[] starts, int index) =>
        tokenized.Text[starts[tokenized.Offsets[index].Start]..starts[tokenized.Offsets[index].End]];

    /// <summary>Where each code point starts in UTF-16, and the end.</summary>
    private static int[] UnitStarts(string text)
    {
        var starts = new List<int>(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 1 : 0;
        }

        starts.Add(text.Length);
        return [.. starts];
    }
}
