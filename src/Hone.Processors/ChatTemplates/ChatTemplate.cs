using System.Text.Json;
using Hone.Processors.ChatTemplates.Jinja;
using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Parsing;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Syntax;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates;

/// <summary>A model's chat template: compiled once, renders any number of conversations, from several threads at a time.</summary>
/// <remarks>
/// The language is Jinja in the environment of transformers: an immutable sandbox with <c>trim_blocks</c> and <c>lstrip_blocks</c>, loop controls,
/// <c>tojson</c>, <c>raise_exception</c>, <c>strftime_now</c> and <c>{% generation %}</c>. Source: Jinja2 3.1 and transformers 5, <c>apply_chat_template</c>.
/// </remarks>
public sealed class ChatTemplate
{
    /// <summary>Longest source; templates of models have up to 20,000 characters.</summary>
    private const int MaxSourceChars = 1 << 22;
    private const int MaxExcerptChars = 160;
    private const string ContinueTag = "CONTINUE_FINAL_MESSAGE_TAG ";

    private static readonly string[] s_reasoningKeys = ["reasoning_content", "thinking", "reasoning"];

    private readonly string _source;
    private readonly string _name;
    private readonly TemplateRoot _root;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    private ChatTemplate(string source, string name, TemplateRoot root, IReadOnlyDictionary<string, string> specialTokens)
    {
        _source = source;
        _name = name;
        _root = root;
        _specialTokens = specialTokens;
    }

    /// <summary>The template as it was given.</summary>
    public string Source => _source;

    /// <summary>Whether the template marks the assistant's text with <c>{% generation %}</c>.</summary>
    public bool MarksAssistant => _root.HasGeneration;

    /// <summary>The strings of the tokenizer's special tokens by the name a template uses: <c>bos_token</c>, <c>eos_token</c>, …</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _specialTokens;

    /// <summary>Limits of one rendering.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;

    /// <summary>Gives the time of <c>strftime_now</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Compiles a template.</summary>
    /// <param name="source">The Jinja source.</param>
    /// <param name="specialTokens">Strings of special tokens by name, e.g. <c>bos_token</c>; null for none.</param>
    /// <param name="name">What messages call the template, usually its path.</param>
    /// <exception cref="TemplateException">The source is not a template.</exception>
    public static ChatTemplate Parse(string source, IReadOnlyDictionary<string, string>? specialTokens = null, string name = "chat template") =>
        Parse(source, specialTokens, name, TemplateLimits.Default, TimeProvider.System);

    /// <inheritdoc cref="Parse(string, IReadOnlyDictionary{string, string}, string)"/>
    /// <param name="source">The Jinja source.</param>
    /// <param name="specialTokens">Strings of special tokens by name.</param>
    /// <param name="name">What messages call the template.</param>
    /// <param name="limits">Limits of one rendering.</param>
    /// <param name="clock">Gives the time of <c>strftime_now</c>.</param>
    public static ChatTemplate Parse(string source, IReadOnlyDictionary<string, string>? specialTokens, string name, TemplateLimits limits, TimeProvider clock)
    {
        if (source.Length > MaxSourceChars)
        {
            throw new TemplateException(TemplateStage.Compile, "TemplateSyntaxError", $"{source.Length:N0} characters, at most {MaxSourceChars:N0}", 0, "", name, "Use the template that belongs to the model.");
        }

        string normalized = TemplateLexer.Normalize(source);
        try
        {
            TemplateRoot root = TemplateParser.Parse(normalized);
            return new ChatTemplate(source, name, root, specialTokens ?? new Dictionary<string, string>()) { Limits = limits, Clock = clock };
        }
        catch (TemplateSyntaxException e)
        {
            throw new TemplateException(TemplateStage.Compile, e.ClassName, e.Message, e.Line, Excerpt(normalized, e.Line), name, "Correct the template at this line, or pass another one.", e);
        }
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="TemplateException">The template refuses the conversation, or fails on it, or exceeds its limits.</exception>
    public RenderedChat Render(Conversation conversation)
    {
        var messages = (PyList)ConvertMessages(conversation.Messages);
        string? final = null;
        if (conversation.ContinueFinalMessage)
        {
            if (conversation.AddGenerationPrompt)
            {
                throw Refuse("continue_final_message and add_generation_prompt exclude each other: one continues the last message, the other begins a new one");
            }

            (messages, final) = TagFinalMessage(messages);
        }

        PyDict variables = Variables(conversation, messages);
        RenderState state = Run(variables);
        string text = state.Root.ToString();
        return final is null ? new RenderedChat(text, state.Spans) : new RenderedChat(CutAtTag(text, final), []);
    }

    /// <summary>Renders with the given variables and nothing else: no messages, no special tokens.</summary>
    /// <param name="context">An object with one property a variable.</param>
    /// <exception cref="TemplateException">The template fails, or exceeds its limits.</exception>
    public string RenderVariables(JsonElement context)
    {
        var variables = new PyDict();
        foreach (JsonProperty property in context.EnumerateObject())
        {
            variables.Set(property.Name, JsonValues.Convert(property.Value));
        }

        return Run(variables).Root.ToString();
    }

    private RenderState Run(PyDict variables)
    {
        var state = new RenderState(Limits, Clock, variables);
        try
        {
            _root.Render(state);
            return state;
        }
        catch (PythonException e)
        {
            string fix = e.ClassName switch
            {
                Globals.RaisedClass => "The template itself refuses this conversation; change the messages as it says.",
                RenderState.LimitClass or "RecursionError" => "The template does too much work for a conversation; use the template that belongs to the model.",
                _ => "The template expects messages of another form; compare roles, content and tool calls with what it reads at this line.",
            };
            throw new TemplateException(TemplateStage.Render, e.ClassName, e.Message, state.Line, Excerpt(TemplateLexer.Normalize(_source), state.Line), _name, fix, e);
        }
    }

    private PyDict Variables(Conversation conversation, PyList messages)
    {
        var variables = new PyDict();
        variables.Set("messages", messages);
        variables.Set("tools", conversation.Tools is { } tools ? JsonValues.Convert(tools) : null);
        variables.Set("documents", conversation.Documents is { } documents ? JsonValues.Convert(documents) : null);
        variables.Set("add_generation_prompt", conversation.AddGenerationPrompt);
        foreach ((string name, string token) in _specialTokens)
        {
            variables.Set(name, token);
        }

        foreach ((string name, JsonElement value) in conversation.Variables)
        {
            variables.Set(name, JsonValues.Convert(value));
        }

        return variables;
    }

    /// <summary>Drops keys that are null, and gives reasoning the two names that templates read it by.</summary>
    private PyList ConvertMessages(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw Refuse($"messages must be an array, not {messages.ValueKind}");
        }

        var converted = new List<object?>();
        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
            {
                throw Refuse($"message {converted.Count} must be an object with role and content, not {message.ValueKind}");
            }

            var dict = new PyDict();
            foreach (JsonProperty property in message.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            {
                dict.Set(property.Name, JsonValues.Convert(property.Value));
            }

            foreach (string key in s_reasoningKeys)
            {
                if (dict.TryGet(key, out object? reasoning))
                {
                    dict.Set("reasoning_content", reasoning);
                    dict.Set("thinking", reasoning);
                    break;
                }
            }

            converted.Add(dict);
        }

        return new PyList([.. converted]);
    }

    /// <summary>Puts a tag behind the last message's text, to find its place in the output.</summary>
    private (PyList Messages, string Final) TagFinalMessage(PyList messages)
    {
        if (messages.Count == 0 || messages.Items[^1] is not PyDict last || !last.TryGet("content", out object? content))
        {
            throw Refuse("continue_final_message is set but the final message has no content to continue");
        }

        if (!_source.Contains("content", StringComparison.Ordinal))
        {
            throw Refuse("continue_final_message is set but the template does not read the content of messages");
        }

        (object? tagged, string? final) = content switch
        {
            string text => (text + ContinueTag, text),
            PyList parts => TagLastText(parts),
            _ => (content, null),
        };
        if (final is null)
        {
            throw Refuse("continue_final_message is set but the final message has no text to continue");
        }

        object?[] items = [.. messages.Items];
        items[^1] = With(last, "content", tagged);
        return (new PyList(items), final);
    }

    private static (object? Tagged, string? Final) TagLastText(PyList parts)
    {
        object?[] tagged = [.. parts.Items];
        for (int i = tagged.Length - 1; i >= 0; i--)
        {
            if (tagged[i] is PyDict part && part.TryGet("text", out object? text) && text is string final)
            {
                tagged[i] = With(part, "text", final + ContinueTag);
                return (new PyList(tagged), final);
            }
        }

        return (parts, null);
    }

    private static PyDict With(PyDict dict, string key, object? value)
    {
        var copy = new PyDict(dict.Count);
        for (int i = 0; i < dict.Count; i++)
        {
            copy.Set(dict.KeyAt(i), dict.ValueAt(i));
        }

        copy.Set(key, value);
        return copy;
    }

    private string CutAtTag(string text, string final)
    {
        string stripped = ContinueTag.TrimEnd();
        int at = text.LastIndexOf(stripped, StringComparison.Ordinal);
        if (at < 0 || !text.Contains(Characters.Strip(final).ToString(), StringComparison.Ordinal))
        {
            throw Refuse("continue_final_message is set but the final message does not appear in the chat after applying the chat template");
        }

        // A template that kept the blank behind the tag kept the message's own spacing too.
        string cut = text[..at];
        bool keepsSpacing = string.CompareOrdinal(text, at, ContinueTag, 0, ContinueTag.Length) == 0;
        return keepsSpacing ? cut : StringMethods.Strip(cut, Missing.Value, atStart: false, atEnd: true);
    }

    private TemplateException Refuse(string detail) =>
        new(TemplateStage.Render, "ValueError", detail, 0, "", _name, "Change the conversation.");

    private static string Excerpt(string source, int line)
    {
        string text = source.Split('\n').ElementAtOrDefault(line - 1)?.Trim() ?? "";
        return text.Length <= MaxExcerptChars ? text : text[..MaxExcerptChars] + "…";
    }
}
