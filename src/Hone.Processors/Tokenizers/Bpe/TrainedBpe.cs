using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Runs;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>A vocabulary that a <see cref="BpeTrainer"/> has learned.</summary>
public sealed class TrainedBpe
{
    private readonly BpeTrainerOptions _options;

    internal TrainedBpe(List<string> tokens, List<(string Left, string Right)> merges, BpeTrainerOptions options)
    {
        Tokens = [.. tokens];
        Merges = [.. merges];
        _options = options;
    }

    /// <summary>Token by id; bytes are spelled with the printable characters of <c>ByteLevel</c>.</summary>
    public ImmutableArray<string> Tokens { get; }

    /// <summary>The pairs in the order in which they were joined.</summary>
    public ImmutableArray<(string Left, string Right)> Merges { get; }

    /// <summary>The tokenizer, ready to encode.</summary>
    public Tokenizer CreateTokenizer() => TokenizerLoader.FromJson(ToJson(), "trained tokenizer");

    /// <summary>The content of a <c>tokenizer.json</c> that <see cref="TokenizerLoader"/> and Hugging Face <c>tokenizers</c> read.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json);
            json.WriteNull("normalizer");
            WritePreTokenizer(json);
            json.WritePropertyName("post_processor");
            WriteByteLevel(json, useRegex: true);
            json.WritePropertyName("decoder");
            WriteByteLevel(json, useRegex: true);
            WriteModel(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes <see cref="ToJson"/> to a file, whole or not at all.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="RunFolderException">The file cannot be written.</exception>
    public void Save(IFileSystem files, string path) => AtomicFile.Write(files, path, ToJson());

    private void WriteAddedTokens(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        for (int id = 0; id < _options.SpecialTokens.Length; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", _options.SpecialTokens[id]);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // GPT-2's expression is ByteLevel's own; another one goes before it.
    private void WritePreTokenizer(Utf8JsonWriter json)
    {
        json.WritePropertyName("pre_tokenizer");
        if (_options.Expression == BpeTrainerOptions.Gpt2Expression)
        {
            WriteByteLevel(json, useRegex: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", _options.Expression);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteByteLevel(json, useRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, bool useRegex)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", useRegex);
        json.WriteEndObject();
    }

    private void WriteModel(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (int id = 0; id < Tokens.Length; id++)
        {
            json.WriteNumber(Tokens[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((string left, string right) in Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(left);
            json.WriteStringValue(right);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
