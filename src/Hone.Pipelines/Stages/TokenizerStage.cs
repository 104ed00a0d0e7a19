using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Data;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Pipelines.Stages;

/// <summary>Learns a byte-level BPE tokenizer from data files and writes it with a chat template.</summary>
/// <remarks>
/// Digits are tokens of their own, so that numbers of any length are read alike. Conversations are learned from message by message, together with
/// the roles that the chat template writes. The template marks the assistant's text with <c>{% generation %}</c>.
/// </remarks>
[Stage("tokenizer")]
public sealed record TokenizerStage : Stage, ICheckedOptions
{
    /// <summary>Name of the tokenizer's file.</summary>
    internal const string TokenizerName = "tokenizer.json";

    /// <summary>Name of the file with its settings and chat template.</summary>
    internal const string SettingsName = "tokenizer_config.json";

    private const string EndOfText = "<|endoftext|>";
    private const string TurnStart = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";
    private const int ByteTokens = 256;
    private const int RowsPerCheck = 4096;

    private const string Template =
        "{% for message in messages %}"
        + "{% if message.role == 'assistant' %}{{ '<|im_start|>assistant\\n' }}{% generation %}{{ message.content + '<|im_end|>' }}{% endgeneration %}{{ '\\n' }}"
        + "{% elif message.role in ['system', 'user'] %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
        + "{% else %}{{ raise_exception('This model knows the roles system, user and assistant.') }}{% endif %}"
        + "{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly ImmutableArray<string> s_special = [EndOfText, TurnStart, TurnEnd];

    /// <summary>The data files: conversations, instructions or plain texts, in any format that training reads.</summary>
    [Count(1)]
    public required IReadOnlyList<FileSource> Inputs { get; init; }

    /// <summary>Tokens in all: special ones, the 256 bytes, and what is learned.</summary>
    [Range(ByteTokens + 3, 1_000_000)]
    public int VocabSize { get; init; } = 4096;

    /// <summary>Occurrences below which a pair does not become a token.</summary>
    [Positive]
    public int MinFrequency { get; init; } = 2;

    /// <summary>More tokens that texts are not split into, behind those of the chat template.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [TokenizerName, SettingsName];

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        IEnumerable<string> all = s_special.Concat(SpecialTokens);
        if (SpecialTokens.Any(string.IsNullOrWhiteSpace))
        {
            checks.Report(nameof(SpecialTokens), "a special token is empty", "remove it");
        }
        else if (all.GroupBy(token => token).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            checks.Report(nameof(SpecialTokens), $"the special token '{repeated.Key}' is there twice", $"leave it out; {string.Join(", ", s_special)} are always there");
        }
        else if (VocabSize < ByteTokens + all.Count())
        {
            checks.Report(nameof(VocabSize), $"{VocabSize} tokens do not hold 256 bytes and {all.Count()} special tokens", $"give at least {ByteTokens + all.Count()}");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = new BpeTrainerOptions
        {
            VocabularySize = VocabSize,
            MinFrequency = MinFrequency,
            SpecialTokens = [.. s_special, .. SpecialTokens],
            Expression = BpeTrainerOptions.Qwen2Expression,
        };
        var trainer = new BpeTrainer(options);
        var tally = new Tally();
        foreach (FileSource input in Inputs)
        {
            trainer.Add(TextsOf(context.OpenInput(input), context, tally), context.CancellationToken);
        }

        TrainedBpe trained = trainer.Train(context.CancellationToken);
        if (trained.Tokens.Length < VocabSize)
        {
            context.Warn($"the data gives {trained.Tokens.Length} tokens, fewer than vocab_size {VocabSize}: no other pair occurs {MinFrequency} times");
        }

        context.Publish(TokenizerName, trained.ToJson());
        context.Publish(SettingsName, Settings());
        return new Dictionary<string, double>
        {
            ["rows_read"] = tally.Rows, ["texts"] = tally.Texts, ["bytes"] = tally.Bytes, ["tokens"] = trained.Tokens.Length, ["merges"] = trained.Merges.Length,
        };
    }

    private static IEnumerable<string> TextsOf(string path, RunContext context, Tally tally)
    {
        var registry = new PartRegistry(() => [typeof(RowFormat).Assembly]);
        RowFormat? format = null;
        foreach (DataRow row in RowSource.Open(path).Read())
        {
            JsonElement json = row.Parse();
            format ??= FormatDetection.Detect(json, registry, row.Place).Format;
            foreach (string text in TextsOf(Read(format, json, row)))
            {
                tally.Add(text);
                yield return text;
            }

            if (++tally.Rows % RowsPerCheck == 0)
            {
                context.ReportStep(tally.Rows, null, "rows");
            }
        }

        if (format is null)
        {
            throw new DatasetFormatException("The data file has no rows.", path, "0 rows", "give a file with at least one row");
        }
    }

    private static TrainingRow Read(RowFormat format, JsonElement json, DataRow row)
    {
        try
        {
            return format.Read(json);
        }
        catch (InvalidRowException e)
        {
            throw new DatasetFormatException(e.What, row.Place, e.Facts, e.Fix, e);
        }
    }

    private static IEnumerable<string> TextsOf(TrainingRow row)
    {
        if (row is ConversationRow chat)
        {
            // The text between special tokens, as the chat template writes it.
            foreach (JsonElement message in chat.Conversation.Messages.EnumerateArray())
            {
                string content = message.TryGetProperty("content", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : ""; // a string is never null
                yield return $"{message.GetProperty("role").GetString()}\n{content}";
            }
        }
        else if (row is TextRow text)
        {
            yield return text.Prompt + text.Text;
        }
    }

    private static byte[] Settings()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
            json.WriteNull("bos_token");
            json.WriteString("eos_token", TurnEnd);
            json.WriteString("pad_token", EndOfText);
            json.WriteBoolean("clean_up_tokenization_spaces", false);
            json.WriteString("chat_template", Template);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private sealed class Tally
    {
        public long Rows { get; set; }

        public long Texts { get; private set; }

        public long Bytes { get; private set; }

        public void Add(string text)
        {
            Texts++;
            Bytes += Encoding.UTF8.GetByteCount(text);
        }
    }
}
