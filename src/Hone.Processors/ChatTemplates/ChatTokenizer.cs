using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.ChatTemplates;

/// <summary>A chat template together with the tokenizer of its model: conversations in, token ids out.</summary>
/// <remarks>Source: transformers 5, <c>apply_chat_template(tokenize=True)</c>, with identical ids and assistant masks.</remarks>
public sealed class ChatTokenizer
{
    private readonly ControlTokenEscapes _escapes;
    private readonly HashSet<int> _controlIds;

    /// <summary>Pairs a template and a tokenizer.</summary>
    /// <param name="template">The template.</param>
    /// <param name="tokenizer">The tokenizer of the same model.</param>
    public ChatTokenizer(ChatTemplate template, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Template = template;
        Tokenizer = tokenizer;
        IEnumerable<string> control = tokenizer.AddedTokens.Values
            .Where(token => token.Special || template.Source.Contains(token.Content, StringComparison.Ordinal))
            .Select(token => token.Content)
            .Concat(template.SpecialTokens.Values);
        _escapes = new ControlTokenEscapes([.. control], template.Source);
        _controlIds = [.. tokenizer.AddedTokens.Keys];
    }

    /// <summary>The template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Renders and encodes a conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="escapeControlTokens">
    /// Whether control tokens that stand inside messages, tools or documents are encoded as ordinary text, so that no user can open a turn of
    /// another role. They are the special tokens, and the added tokens that the template itself writes.
    /// </param>
    /// <exception cref="TemplateException">The template refuses the conversation, or fails on it, or exceeds its limits.</exception>
    public TokenizedChat Tokenize(Conversation conversation, bool escapeControlTokens = false)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        if (escapeControlTokens)
        {
            (conversation, char? mark) = _escapes.Escape(conversation);
            if (mark is { } used)
            {
                RenderedChat rendered = Template.Render(conversation);
                (string text, List<(string Text, bool IsOrdinary)> parts, Func<int, int> map) = _escapes.Split(rendered.Text, used);
                return Assemble(text, parts, [.. rendered.AssistantSpans.Select(span => new TextSpan(map(span.Start), map(span.End)))]);
            }
        }

        RenderedChat chat = Template.Render(conversation);
        return Assemble(chat.Text, [(chat.Text, false)], chat.AssistantSpans);
    }

    private TokenizedChat Assemble(string text, List<(string Text, bool IsOrdinary)> parts, IReadOnlyList<TextSpan> spans)
    {
        var ids = new List<int>();
        var offsets = new List<TextSpan>();
        int start = 0;
        foreach ((string part, bool isOrdinary) in parts)
        {
            Encode(part, isOrdinary, start, ids, offsets);
            start += Characters.Length(part);
        }

        ImmutableArray<bool> mask = Template.MarksAssistant ? Mask(offsets, spans) : [];
        return new TokenizedChat(text, [.. ids], [.. offsets], mask);
    }

    private void Encode(string part, bool isOrdinary, int start, List<int> ids, List<TextSpan> offsets)
    {
        EncodedSequence encoding = isOrdinary ? Tokenizer.EncodeOrdinaryText(part) : Tokenizer.EncodeText(part, typeId: 0);
        if (isOrdinary && encoding.Ids.Exists(_controlIds.Contains) && Characters.Length(part) > 1)
        {
            // The model's own vocabulary holds the token as one piece; its letters do not.
            for (int i = 0; i < part.Length; i += Characters.Width(part, i))
            {
                Encode(part.Substring(i, Characters.Width(part, i)), isOrdinary: true, start++, ids, offsets);
            }

            return;
        }

        ids.AddRange(encoding.Ids);
        offsets.AddRange(encoding.Offsets.Select(offset => new TextSpan(start + offset.Start, start + offset.End)));
    }

    /// <summary>Marks from the token that holds the first character of a span to the token that holds its last one.</summary>
    private static ImmutableArray<bool> Mask(List<TextSpan> offsets, IReadOnlyList<TextSpan> spans)
    {
        var mask = new bool[offsets.Count];
        foreach (TextSpan span in spans)
        {
            int first = TokenAt(offsets, span.Start);
            if (first < 0)
            {
                break;
            }

            // As in transformers, a last character that no token holds, or the very first token, marks all that follows.
            int last = TokenAt(offsets, span.End - 1);
            mask.AsSpan(first, Math.Max(0, (last > 0 ? last + 1 : mask.Length) - first)).Fill(true);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(mask);
    }

    private static int TokenAt(List<TextSpan> offsets, int position) => offsets.FindIndex(offset => offset.Start <= position && position < offset.End);
}
