using System.Text.Json;
using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads <c>vocab.json</c> with <c>merges.txt</c>, laid out as the class in <c>tokenizer_config.json</c> has it, or else as GPT-2.</summary>
/// <remarks>Source: the converters of transformers (<c>convert_slow_tokenizer.py</c>).</remarks>
internal static class BpeFilesReader
{
    private const string EndOfText = "<|endoftext|>";
    private const string QwenExpression = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string ClipExpression = @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    private static readonly Dictionary<string, Func<Vocabulary, string, TokenizerSettings?, TokenizerPipeline>> s_layouts = new(StringComparer.Ordinal)
    {
        [""] = Gpt2,
        ["GPT2Tokenizer"] = Gpt2,
        ["CodeGenTokenizer"] = Gpt2,
        ["GPTNeoXTokenizer"] = Gpt2,
        ["RobertaTokenizer"] = Roberta,
        ["BartTokenizer"] = Roberta,
        ["LongformerTokenizer"] = Roberta,
        ["CLIPTokenizer"] = Clip,
        ["Qwen2Tokenizer"] = Qwen2,
    };

    /// <summary>Reads both files.</summary>
    /// <exception cref="TokenizerFormatException">A file is malformed, or the class is not known.</exception>
    public static TokenizerPipeline Read(string vocabFile, string mergesFile, TokenizerSettings? settings)
    {
        using JsonDocument document = TokenizerJsonReader.Parse(File.ReadAllBytes(vocabFile), vocabFile);
        Vocabulary vocabulary = ModelReader.Vocab(new ConfigNode(vocabFile, "", document.RootElement));
        return ConfigNode.Choose(settings?.ClassName ?? "", s_layouts, "tokenizer_config.json: tokenizer_class")(vocabulary, mergesFile, settings);
    }

    private static TokenizerPipeline Gpt2(Vocabulary vocabulary, string merges, TokenizerSettings? settings) => new()
    {
        Model = new BpeModel(vocabulary, Merges(merges, vocabulary)),
        PreTokenizer = new ByteLevelPreTokenizer(settings?.AddPrefixSpace ?? false, useExpression: true),
        PostProcessor = new ByteLevelPostProcessor(trimOffsets: false, addPrefixSpace: true),
        Decoder = new ByteLevelDecoder(),
        AddedTokens = Special(vocabulary, settings, EndOfText),
        Special = new SpecialTokens { Bos = EndOfText, Eos = EndOfText, Unk = EndOfText },
    };

    private static TokenizerPipeline Roberta(Vocabulary vocabulary, string merges, TokenizerSettings? settings)
    {
        (int, string) Token(string token) => (vocabulary.IdOf(token) ?? throw Missing(merges, token), token);
        string begin = settings?.Role("cls_token") ?? "<s>";
        string end = settings?.Role("sep_token") ?? "</s>";
        return new TokenizerPipeline
        {
            Model = new BpeModel(vocabulary, Merges(merges, vocabulary)),
            PreTokenizer = new ByteLevelPreTokenizer(settings?.AddPrefixSpace ?? false, useExpression: true),
            PostProcessor = new SurroundingPostProcessor(Token(begin), Token(end)) { DoubleSeparator = true, TrimOffsets = true, AddPrefixSpace = settings?.AddPrefixSpace ?? false },
            Decoder = new ByteLevelDecoder(),
            AddedTokens = Special(vocabulary, settings, "<s>", "<pad>", "</s>", "<unk>", "<mask>"),
            Special = new SpecialTokens { Bos = begin, Eos = end, Cls = begin, Sep = end, Pad = "<pad>", Unk = "<unk>", Mask = "<mask>" },
        };
    }

    private static TokenizerPipeline Clip(Vocabulary vocabulary, string merges, TokenizerSettings? settings)
    {
        const string Begin = "<|startoftext|>";
        (int, string) Token(string token) => (vocabulary.IdOf(token) ?? throw Missing(merges, token), token);
        return new TokenizerPipeline
        {
            Normalizer = new SequenceNormalizer(
            [
                new UnicodeNormalizer(UnicodeForm.C), new ReplaceNormalizer(TextPattern.Expression(@"\s+"), " "), new LowercaseNormalizer(),
            ]),
            Model = new BpeModel(vocabulary, Merges(merges, vocabulary)) { EndOfWordSuffix = "</w>", UnknownToken = EndOfText },
            PreTokenizer = new SequencePreTokenizer(
            [
                new SplitPreTokenizer(TextPattern.Expression(ClipExpression), SplitBehavior.Removed, invert: true),
                new ByteLevelPreTokenizer(addPrefixSpace: false, useExpression: true),
            ]),
            PostProcessor = new SurroundingPostProcessor(Token(Begin), Token(EndOfText)) { DoubleSeparator = true },
            Decoder = new ByteLevelDecoder(),
            AddedTokens = Special(vocabulary, settings, Begin, EndOfText),
            Special = new SpecialTokens { Bos = Begin, Eos = EndOfText, Pad = EndOfText, Unk = EndOfText },
        };
    }

    private static TokenizerPipeline Qwen2(Vocabulary vocabulary, string merges, TokenizerSettings? settings) => new()
    {
        Normalizer = new UnicodeNormalizer(UnicodeForm.C),
        Model = new BpeModel(vocabulary, Merges(merges, vocabulary)),
        PreTokenizer = new SequencePreTokenizer(
        [
            new SplitPreTokenizer(TextPattern.Expression(QwenExpression), SplitBehavior.Isolated, invert: false),
            new ByteLevelPreTokenizer(settings?.AddPrefixSpace ?? false, useExpression: false),
        ]),
        PostProcessor = new ByteLevelPostProcessor(trimOffsets: false, addPrefixSpace: false),
        Decoder = new ByteLevelDecoder(),
        AddedTokens = Special(vocabulary, settings, EndOfText),
        Special = new SpecialTokens { Eos = EndOfText, Pad = EndOfText },
    };

    /// <summary>The tokens that the settings declare, or else those of the class that the vocabulary has.</summary>
    private static List<AddedToken> Special(Vocabulary vocabulary, TokenizerSettings? settings, params ReadOnlySpan<string> tokens)
    {
        if (settings?.Declared.Count > 0)
        {
            return [.. settings.Declared.Values];
        }

        var special = new List<AddedToken>();
        foreach (string token in tokens)
        {
            if (vocabulary.IdOf(token) is not null)
            {
                special.Add(new AddedToken { Content = token, Special = true });
            }
        }

        return special;
    }

    private static Dictionary<(int Left, int Right), BpeMerge> Merges(string file, Vocabulary vocabulary)
    {
        var merges = new Dictionary<(int Left, int Right), BpeMerge>();
        int number = 0;
        string Where() => $"{file}:{number}";
        Func<string> where = Where;
        foreach (string line in TextFile.ReadLines(file))
        {
            number++;
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || line.IndexOf(' ', space + 1) >= 0)
            {
                throw new TokenizerFormatException("Expected two tokens with a space between them.", $"{file}:{number}", line.Length > 60 ? line[..60] + "…" : line, "Check the file.");
            }

            MergeReader.Add(merges, vocabulary, line.AsSpan(0, space), line.AsSpan(space + 1), "", merges.Count, where);
        }

        return merges;
    }

    private static TokenizerFormatException Missing(string file, string token) =>
        new("The vocabulary lacks a token that the layout needs.", file, $"'{token}'", "Vocabulary and tokenizer_config.json must come from the same tokenizer.");
}
