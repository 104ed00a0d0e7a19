using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hone.Data.Formats;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Data.Datasets;

/// <summary>Turns rows into token ids and labels by a model's own tokenizer and chat template.</summary>
/// <remarks>
/// <para>The assistant's tokens are those that the template marks with <c>{% generation %}</c>; where it marks nothing, they are found by comparing the
/// rendered conversation with its own beginnings (<see cref="AssistantSpans"/>). A completion begins at the first token in which prompt and whole
/// differ, so that a token that merges across the border is trained.</para>
/// <para>Cutting comes after labelling. Source: TRL 1.16, <c>SFTTrainer</c>, with identical ids and labels. Safe for several threads at a time.</para>
/// </remarks>
public sealed class SftEncoder
{
    /// <summary>Parts of conversations that many templates leave out, and the names by which templates read them.</summary>
    private static readonly (string Key, string[] Names)[] s_parts =
        [("tools", ["tools"]), ("tool_calls", ["tool_calls"]), ("reasoning_content", ["reasoning_content", "thinking", "reasoning"])];

    /// <summary>The keys under which a message of the assistant may say something.</summary>
    private static readonly string[] s_said = ["content", .. s_parts.SelectMany(part => part.Names)];

    private readonly Tokenizer _tokenizer;
    private readonly ChatTokenizer? _chat;
    private readonly SftEncodingOptions _options;
    private readonly Dictionary<string, JsonElement> _variables;

    /// <summary>Prepares to encode rows for a model.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="chat">The model's chat template with the same tokenizer; null if it has none, which only conversations need.</param>
    /// <param name="options">How to encode.</param>
    public SftEncoder(Tokenizer tokenizer, ChatTokenizer? chat, SftEncodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        _tokenizer = tokenizer;
        _chat = chat;
        _options = options;
        _variables = options.TemplateVariables.ToDictionary(entry => entry.Key, entry => ReadVariable(entry.Value));
        EosToken = chat?.Template.SpecialTokens.GetValueOrDefault("eos_token") ?? tokenizer.Special.Eos;
    }

    /// <summary>The token that ends a plain text; null if the model names none.</summary>
    public string? EosToken { get; init; }

    /// <summary>Encodes a row and cuts it to the length allowed.</summary>
    /// <param name="row">The row.</param>
    /// <exception cref="InvalidRowException">The row cannot be trained on.</exception>
    /// <exception cref="DatasetFormatException">No row of this kind can be encoded for this model.</exception>
    public EncodedExample Encode(TrainingRow row) => Cut(row, Label(row));

    /// <summary>Encodes a row at any length.</summary>
    /// <inheritdoc cref="Encode" path="/exception"/>
    internal LabelledTokens Label(TrainingRow row) => row switch
    {
        TextRow text => EncodeText(text),
        ConversationRow conversation => EncodeConversation(conversation),
        _ => throw new ArgumentException($"{row.GetType().Name} is no kind of row that can be encoded.", nameof(row)),
    };

    /// <summary>Cuts a row's tokens to the length allowed.</summary>
    /// <exception cref="InvalidRowException">They are too long and not to be cut, or nothing is left to learn.</exception>
    internal EncodedExample Cut(TrainingRow row, LabelledTokens tokens)
    {
        (ImmutableArray<int> ids, bool[] trained) = tokens;
        if (ids.Length > _options.MaxTokens && _options.Truncation is (Truncation.Drop or Truncation.Error))
        {
            throw new InvalidRowException(RowIssue.TooLong, $"{ids.Length} tokens, at most {_options.MaxTokens} allowed", "raise max_tokens, or set truncation: keep_start to cut it") { IsToBeDropped = _options.Truncation == Truncation.Drop };
        }

        int kept = Math.Min(ids.Length, _options.MaxTokens);
        int first = _options.Truncation == Truncation.KeepEnd ? ids.Length - kept : 0;
        int count = trained.AsSpan(first, kept).Count(true);
        if (count == 0)
        {
            throw NothingToLearn(ids.Length, kept, trained.AsSpan().Count(true));
        }

        var labels = new int[kept];
        for (int i = 0; i < kept; i++)
        {
            labels[i] = trained[first + i] ? ids[first + i] : SftExample.IgnoreIndex;
        }

        return new EncodedExample(new SftExample(ids.Slice(first, kept), ImmutableCollectionsMarshal.AsImmutableArray(labels)), ids.Length - kept)
        {
            Unwritten = row is ConversationRow { Conversation: var written } && _chat is { } chat ? FindUnwritten(written, chat.Template.Source) : [],
        };
    }

    /// <summary>What a template never mentions it cannot write.</summary>
    private static string[] FindUnwritten(Conversation conversation, string template) => [.. s_parts
        .Where(part => !Array.Exists(part.Names, name => template.Contains(name, StringComparison.Ordinal)))
        .Where(part => part.Key == "tools"
            ? conversation.Tools is not null
            : conversation.Messages.EnumerateArray().Any(message => message.TryGetProperty(part.Key, out JsonElement value) && value.ValueKind != JsonValueKind.Null))
        .Select(part => part.Key)];

    private static InvalidRowException NothingToLearn(int length, int kept, int trained) => trained > 0
        ? new(RowIssue.NothingToLearn, $"{length} tokens were cut to {kept}, and the {trained} trained ones are all in what was cut off", "raise max_tokens, or shorten the prompt")
        : new(RowIssue.NothingToLearn, $"none of its {length} tokens is trained", "check the roles of the row, or choose another loss_on");

    private LabelledTokens EncodeText(TextRow row)
    {
        string whole = row.Prompt + row.Text;
        if (_options.AppendEos)
        {
            string eos = EosToken ?? throw new DatasetFormatException(
                "The model names no end-of-text token.", "tokenizer_config.json: eos_token", "plain texts are to end with it", "add eos_token, or set append_eos: false");
            whole = whole.EndsWith(eos, StringComparison.Ordinal) ? whole : whole + eos;
        }

        int[] ids = _tokenizer.EncodeIds(whole);
        var trained = new bool[ids.Length];
        bool isWhole = _options.LossOn == LossOn.All || (_options.LossOn == LossOn.Auto && row.Prompt is null);
        if (!isWhole && row.Prompt is null)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"a plain text has no part that loss_on: {Name(_options.LossOn)} could mean", "set loss_on: all, or give rows with a prompt and a completion");
        }

        trained.AsSpan(isWhole ? 0 : CommonPrefix(_tokenizer.EncodeIds(row.Prompt ?? ""), ids)).Fill(true);
        return new LabelledTokens(ImmutableCollectionsMarshal.AsImmutableArray(ids), trained);
    }

    private LabelledTokens EncodeConversation(ConversationRow row)
    {
        ChatTokenizer chat = _chat ?? throw new DatasetFormatException(
            "The model has no chat template, so it cannot read conversations.", "chat_template.jinja, tokenizer_config.json", "the rows are conversations", "use an instruction-tuned model, or put the template of its family into chat_template.jinja");
        IReadOnlyList<string> roles = ConversationRoles.Read(row.Conversation.Messages);
        if (_options.CheckRoles)
        {
            ConversationRoles.Check(roles);
        }

        if (!roles.Contains(ConversationRoles.Assistant))
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"its {roles.Count} messages are by {string.Join(", ", roles.Distinct())}", "add the assistant's message");
        }

        RefuseEmptyAnswers(row, roles);
        Conversation conversation = WithVariables(row.Conversation);
        try
        {
            TokenizedChat whole = chat.Tokenize(conversation, _options.EscapeControlTokens);
            return new LabelledTokens(whole.Ids, Label(row with { Conversation = conversation }, roles, chat, whole));
        }
        catch (TemplateException e)
        {
            throw new InvalidRowException(RowIssue.TemplateFailed, $"{e.Where.Split('\n')[0]}: {e.Facts}", e.Fix, e);
        }
    }

    /// <summary>Refuses a conversation in which a message that would be trained says nothing: it would teach the model to end at once.</summary>
    private void RefuseEmptyAnswers(ConversationRow row, IReadOnlyList<string> roles)
    {
        int first = LossOnOf(row) switch
        {
            LossOn.All => roles.Count,
            LossOn.LastAssistant => LastAssistant(roles),
            LossOn.Completion => row.PromptMessages ?? LastAssistant(roles),
            _ => row.PromptMessages ?? 0,
        };
        int i = 0;
        foreach (JsonElement message in row.Conversation.Messages.EnumerateArray())
        {
            if (i >= first && roles[i] == ConversationRoles.Assistant && (row.Trained.Length == 0 || row.Trained[i]) && s_said.All(key => IsEmpty(message, key)))
            {
                throw new InvalidRowException(RowIssue.NoAnswer, $"message {i + 1}, of the assistant, is empty", "add the answer, or remove the row");
            }

            i++;
        }
    }

    private static bool IsEmpty(JsonElement message, string key) => !message.TryGetProperty(key, out JsonElement value) || value.ValueKind switch
    {
        JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Null => true,
        _ => false,
    };

    private LossOn LossOnOf(ConversationRow row) => _options.LossOn != LossOn.Auto ? _options.LossOn : row.PromptMessages is null ? LossOn.Assistant : LossOn.Completion;

    private bool[] Label(ConversationRow row, IReadOnlyList<string> roles, ChatTokenizer chat, TokenizedChat whole)
    {
        var trained = new bool[whole.Ids.Length];
        LossOn lossOn = LossOnOf(row);
        switch (lossOn)
        {
            case LossOn.All:
                trained.AsSpan().Fill(true);
                break;
            case LossOn.Completion:
                trained.AsSpan(CompletionStart(row, roles, chat, whole)).Fill(true);
                break;
            default:
                MarkAssistant(row, roles, chat, whole, lossOn == LossOn.LastAssistant, trained);
                break;
        }

        if (lossOn is LossOn.Assistant && row.PromptMessages is not null)
        {
            trained.AsSpan(0, CompletionStart(row, roles, chat, whole)).Clear();
        }

        return trained;
    }

    private int CompletionStart(ConversationRow row, IReadOnlyList<string> roles, ChatTokenizer chat, TokenizedChat whole)
    {
        int count = row.PromptMessages ?? LastAssistant(roles);
        if (count == 0)
        {
            return 0;
        }

        bool continues = roles[count - 1] == ConversationRoles.Assistant;
        Conversation prompt = AssistantSpans.Take(row.Conversation, count) with { AddGenerationPrompt = !continues, ContinueFinalMessage = continues };
        return CommonPrefix(chat.Tokenize(prompt, _options.EscapeControlTokens).Ids.AsSpan(), whole.Ids.AsSpan());
    }

    private static void MarkAssistant(ConversationRow row, IReadOnlyList<string> roles, ChatTokenizer chat, TokenizedChat whole, bool isLastOnly, bool[] trained)
    {
        bool selects = row.Trained.Length > 0 && roles.Select((role, i) => role == ConversationRoles.Assistant && !row.Trained[i]).Any(isLeftOut => isLeftOut);
        if (whole.AssistantMask.Length > 0 && !selects)
        {
            whole.AssistantMask.CopyTo(trained);
            if (isLastOnly)
            {
                int end = trained.AsSpan().LastIndexOf(true) + 1;
                trained.AsSpan(0, end > 0 ? trained.AsSpan(0, end).LastIndexOf(false) + 1 : 0).Clear();
            }

            return;
        }

        var spans = new AssistantSpans(chat, row.Conversation, whole.Text);
        for (int i = isLastOnly ? LastAssistant(roles) : 0; i < roles.Count; i++)
        {
            if (roles[i] == ConversationRoles.Assistant && (row.Trained.Length == 0 || row.Trained[i]))
            {
                spans.Mark(i, whole.Offsets.AsSpan(), trained);
            }
        }
    }

    private Conversation WithVariables(Conversation conversation)
    {
        if (_variables.Count == 0)
        {
            return conversation;
        }

        var merged = new Dictionary<string, JsonElement>(_variables);
        foreach ((string name, JsonElement value) in conversation.Variables)
        {
            merged[name] = value; // a row knows better than the recipe
        }

        return conversation with { Variables = merged };
    }

    private static int LastAssistant(IReadOnlyList<string> roles)
    {
        int last = roles.Count - 1;
        while (roles[last] != ConversationRoles.Assistant)
        {
            last--;
        }

        return last;
    }

    private static int CommonPrefix(ReadOnlySpan<int> a, ReadOnlySpan<int> b) => a.CommonPrefixLength(b);

    private static JsonElement ReadVariable(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    /// <summary>Tokens, and of each whether it is trained.</summary>
    internal sealed record LabelledTokens(ImmutableArray<int> Ids, bool[] Trained);

    private static string Name(LossOn value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
