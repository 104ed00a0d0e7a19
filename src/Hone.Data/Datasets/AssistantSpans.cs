using System.Text.Json;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Data.Datasets;

/// <summary>Finds what the assistant wrote in a rendered conversation when the template does not mark it.</summary>
/// <remarks>
/// The turn of message m begins where the conversation up to m, rendered with the opening of the assistant's turn, stops being the beginning of the
/// whole, and ends where the conversation up to and with m does. Templates that render a turn differently once more turns follow (dropping its
/// reasoning, say) break the second comparison; then the turn is found by its text and by what the template writes after such a text. White space
/// behind the control token that ends the turn is not the assistant's: a model stops before it.
/// </remarks>
internal sealed class AssistantSpans
{
    private readonly ChatTokenizer _chat;
    private readonly Conversation _conversation;
    private readonly string _text;
    private readonly int _count;

    /// <summary>Takes a conversation and the text it renders to.</summary>
    public AssistantSpans(ChatTokenizer chat, Conversation conversation, string text)
    {
        _chat = chat;
        _conversation = conversation;
        _text = text;
        _count = conversation.Messages.GetArrayLength();
    }

    /// <summary>The conversation's first messages.</summary>
    public static Conversation Take(Conversation conversation, int count) =>
        conversation with { Messages = JsonSerializer.SerializeToElement(conversation.Messages.EnumerateArray().Take(count).ToArray()) };

    /// <summary>Marks the tokens of a message, from the one that holds its first character to the one that holds its last.</summary>
    /// <exception cref="InvalidRowException">The message cannot be found in the text.</exception>
    public void Mark(int message, ReadOnlySpan<TextSpan> offsets, bool[] trained)
    {
        int start = FindStart(message);
        int end = FindEnd(message, start);
        if (end <= start)
        {
            return;
        }

        (int first, int last) = (CodePoints(_text.AsSpan(0, start)), CodePoints(_text.AsSpan(0, end)));
        for (int i = 0; i < offsets.Length; i++)
        {
            trained[i] |= offsets[i].Start < last && offsets[i].End > first;
        }
    }

    private int FindStart(int message)
    {
        Conversation before = Take(_conversation, message);
        string opened = _chat.Template.Render(before with { AddGenerationPrompt = true }).Text;
        int start = opened.AsSpan().CommonPrefixLength(_text);
        if (start < opened.Length)
        {
            // The opening may hold more than the turn does (an empty thought, say), but what precedes it must be the same.
            string closed = message > 0 ? _chat.Template.Render(before).Text : opened;
            if (start < closed.Length && !string.IsNullOrWhiteSpace(closed[start..]))
            {
                throw NotFound(message, "renders the messages before it differently once it follows");
            }
        }

        return start;
    }

    private int FindEnd(int message, int start)
    {
        string closed = message + 1 == _count ? _text : _chat.Template.Render(Take(_conversation, message + 1)).Text;
        int end = _text.StartsWith(closed, StringComparison.Ordinal) ? closed.Length : FindByText(message, start, closed);
        string turn = _text[..end];
        string trimmed = turn.TrimEnd();
        bool endsWithControl = trimmed.Length > start && _chat.Tokenizer.AddedTokens.Values.Any(token => EndsWith(trimmed, token));
        return endsWithControl ? trimmed.Length : end;
    }

    private int FindByText(int message, int start, string closed)
    {
        JsonElement last = _conversation.Messages[message];
        string content = last.TryGetProperty("content", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : ""; // strings are never null
        int inClosed = content.Length > 0 ? closed.LastIndexOf(content, StringComparison.Ordinal) : -1;
        int inText = content.Length > 0 ? _text.IndexOf(content, start, StringComparison.Ordinal) : -1;
        if (inClosed >= 0 && inText >= 0)
        {
            string closing = closed[(inClosed + content.Length)..].TrimEnd();
            int end = inText + content.Length;
            if (_text.AsSpan(end).StartsWith(closing, StringComparison.Ordinal))
            {
                return end + closing.Length;
            }
        }

        throw NotFound(message, "renders it differently once more turns follow");
    }

    private static bool EndsWith(string text, AddedToken token) => token.Content.Length > 0 && text.EndsWith(token.Content, StringComparison.Ordinal);

    private static InvalidRowException NotFound(int message, string why) => new(
        RowIssue.TemplateFailed,
        $"the tokens of message {message + 1}, by the assistant, cannot be told apart: the template {why}, and has no {{% generation %}} block",
        "set loss_on: last_assistant or completion, or put a template with {% generation %} into chat_template.jinja");

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++, count++)
        {
            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 1 : 0;
        }

        return count;
    }
}
