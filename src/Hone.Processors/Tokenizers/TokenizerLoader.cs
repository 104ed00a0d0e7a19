using Hone.Processors.Tokenizers.Formats;
using Hone.Processors.Tokenizers.SentencePiece;

namespace Hone.Processors.Tokenizers;

/// <summary>Reads tokenizers from files of all common formats.</summary>
public static class TokenizerLoader
{
    private const string TokenizerJson = "tokenizer.json";
    private const string VocabJson = "vocab.json";
    private const string MergesText = "merges.txt";
    private const string VocabText = "vocab.txt";

    // In the order in which transformers prefers them.
    private static readonly string[] s_names =
        [TokenizerJson, "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", VocabJson, VocabText, "tokenizer.tiktoken", "qwen.tiktoken", "tiktoken.model"];

    /// <summary>Reads the tokenizer of a model folder, or one file.</summary>
    /// <param name="path">
    /// A folder, whose <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> take effect as in transformers; or a file: <c>tokenizer.json</c>,
    /// a SentencePiece model, a tiktoken rank file of a known layout, <c>vocab.txt</c>, or <c>vocab.json</c> with <c>merges.txt</c> beside it.
    /// </param>
    /// <exception cref="TokenizerFormatException">There is no tokenizer there, or it is malformed.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return new Tokenizer(ReadFile(path, settings: null));
        }

        string file = s_names.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new TokenizerFormatException("There is no tokenizer in the folder.", path, $"looked for {string.Join(", ", s_names)}", "Give the folder or the file of a tokenizer.");
        TokenizerSettings? settings = TokenizerSettings.Read(path);
        return new Tokenizer(SettingsEffects.Apply(ReadFile(file, settings), settings));
    }

    /// <summary>Reads a tokenizer from the content of a <c>tokenizer.json</c>.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="TokenizerFormatException">The content is malformed.</exception>
    public static Tokenizer FromJson(ReadOnlyMemory<byte> json, string name = TokenizerJson) => new(TokenizerJsonReader.Read(json, name));

    /// <summary>Reads a tokenizer from the content of a SentencePiece model.</summary>
    /// <param name="model">The protocol buffer.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="TokenizerFormatException">The content is malformed.</exception>
    public static Tokenizer FromSentencePiece(ReadOnlySpan<byte> model, string name = "tokenizer.model") => new(ReadSentencePiece(model, settings: null, name));

    /// <summary>Reads a tiktoken rank file of any layout.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">What the file does not say.</param>
    /// <exception cref="TokenizerFormatException">The file is malformed or contradicts the layout.</exception>
    public static Tokenizer LoadTiktoken(string path, TiktokenLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new Tokenizer(TiktokenReader.Read(ReadBytes(path), layout, path));
    }

    /// <summary>Makes the tokenizer that a GGUF file carries.</summary>
    /// <param name="vocabulary">The metadata <c>tokenizer.ggml.*</c>.</param>
    /// <exception cref="TokenizerFormatException">The vocabulary is malformed or of an unknown kind.</exception>
    public static Tokenizer FromVocabulary(GgufVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return new Tokenizer(GgufReader.Read(vocabulary));
    }

    private static TokenizerPipeline ReadFile(string path, TokenizerSettings? settings)
    {
        switch (Path.GetExtension(path))
        {
            case ".txt" when Path.GetFileName(path) == MergesText:
            case ".json" when Path.GetFileName(path) == VocabJson:
                string folder = Path.GetDirectoryName(path) ?? "";
                return BpeFilesReader.Read(Existing(Path.Combine(folder, VocabJson)), Existing(Path.Combine(folder, MergesText)), settings);
            case ".txt":
                return VocabTextReader.Read(Existing(path), settings);
            case ".json":
                return TokenizerJsonReader.Read(ReadBytes(path), path);
        }

        byte[] bytes = ReadBytes(path);
        return bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? TokenizerJsonReader.Read(bytes, path)
            : SentencePieceReader.Looks(bytes) ? ReadSentencePiece(bytes, settings, path)
            : TiktokenReader.Looks(bytes) ? TiktokenReader.Read(bytes, path)
            : throw new TokenizerFormatException("The file is no tokenizer of a known format.", path, $"{bytes.Length} bytes", "Hone reads tokenizer.json, SentencePiece, tiktoken, vocab.txt and vocab.json with merges.txt.");
    }

    private static TokenizerPipeline ReadSentencePiece(ReadOnlySpan<byte> bytes, TokenizerSettings? settings, string path)
    {
        (PieceVocabulary vocabulary, SentencePieceSettings model) = SentencePieceReader.Read(bytes, path);

        // Llama's tokenizer begins texts, T5's ends them; the file itself does not say.
        bool isBpe = model.Algorithm == SentencePieceAlgorithm.Bpe;
        TokenizerPipeline pipeline = SentencePiecePipeline.Build(vocabulary, model);
        return pipeline with { PostProcessor = SentencePiecePipeline.Around(vocabulary, model, settings?.AddBos ?? isBpe, settings?.AddEos ?? !isBpe) };
    }

    private static byte[] ReadBytes(string path) => File.ReadAllBytes(Existing(path));

    private static string Existing(string path) =>
        File.Exists(path) ? path : throw new TokenizerFormatException("There is no such tokenizer file.", path, "", "Give the folder or the file of a tokenizer.");
}
