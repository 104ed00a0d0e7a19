using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.SentencePiece;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Makes a tokenizer of the vocabulary in a GGUF file.</summary>
/// <remarks>
/// Control and user-defined tokens are found in text, as in every other format here (llama.cpp's <c>parse_special</c>).
/// Source: llama.cpp, <c>llama-vocab.cpp</c>.
/// </remarks>
internal static class GgufReader
{
    private const string Place = "GGUF metadata";

    private static readonly Dictionary<string, Func<GgufVocabulary, TokenizerPipeline>> s_models = new(StringComparer.Ordinal)
    {
        ["gpt2"] = ByteLevel,
        ["llama"] = SentencePieceBpe,
        ["t5"] = Unigram,
        ["bert"] = WordPiece,
    };

    /// <summary>Makes the tokenizer.</summary>
    /// <exception cref="TokenizerFormatException">The vocabulary is malformed or of an unknown kind.</exception>
    public static TokenizerPipeline Read(GgufVocabulary vocabulary)
    {
        Check(vocabulary);
        TokenizerPipeline pipeline = ConfigNode.Choose(vocabulary.Model, s_models, $"{Place}: tokenizer.ggml.model")(vocabulary);
        return pipeline with { AddedTokens = [.. Added(vocabulary)], Special = Special(vocabulary) };
    }

    private static void Check(GgufVocabulary vocabulary)
    {
        int count = vocabulary.Tokens.Count;
        if (vocabulary.Scores is { } scores && scores.Count < count)
        {
            throw Malformed("There are fewer scores than tokens.", "scores", $"{scores.Count} scores, {count} tokens");
        }

        if (vocabulary.TokenTypes is { } types && types.Count < count)
        {
            throw Malformed("There are fewer token types than tokens.", "token_type", $"{types.Count} types, {count} tokens");
        }

        foreach ((string key, int? id) in (ReadOnlySpan<(string, int?)>)
            [
                ("bos_token_id", vocabulary.BosId), ("eos_token_id", vocabulary.EosId), ("unknown_token_id", vocabulary.UnkId), ("padding_token_id", vocabulary.PadId),
                ("seperator_token_id", vocabulary.SepId), ("cls_token_id", vocabulary.ClsId), ("mask_token_id", vocabulary.MaskId),
            ])
        {
            if ((uint?)id >= (uint)count)
            {
                throw Malformed("A special token is outside the vocabulary.", key, $"id {id}, {count} tokens");
            }
        }
    }

    private static TokenizerPipeline ByteLevel(GgufVocabulary gguf)
    {
        GgufSplit split = ConfigNode.Choose(gguf.Pre ?? "", GgufSplits.ByName, $"{Place}: tokenizer.ggml.pre");
        Vocabulary vocabulary = new(Ids(gguf.Tokens));
        var merges = new Dictionary<(int Left, int Right), BpeMerge>(gguf.Merges?.Count ?? 0);
        int rank = 0;
        string Where() => $"{Place}: tokenizer.ggml.merges[{rank}]";
        Func<string> where = Where;
        for (; rank < gguf.Merges?.Count; rank++)
        {
            string merge = gguf.Merges[rank];
            int space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
            if (space < 0)
            {
                throw Malformed("A merge is not two tokens with a space between them.", $"merges[{rank}]", $"'{merge}'");
            }

            MergeReader.Add(merges, vocabulary, merge.AsSpan(0, space), merge.AsSpan(space + 1), "", rank, where);
        }

        return new TokenizerPipeline
        {
            Model = new BpeModel(vocabulary, merges) { IgnoreMerges = split.IgnoreMerges },
            PreTokenizer = new SequencePreTokenizer(
            [
                .. split.Expressions.Select(expression => new SplitPreTokenizer(PatternReader.Compile(expression, Place), SplitBehavior.Isolated, invert: false)),
                new ByteLevelPreTokenizer(addPrefixSpace: gguf.AddSpacePrefix ?? false, useExpression: false),
            ]),
            Decoder = new ByteLevelDecoder(),
            PostProcessor = Around(gguf, split.AddBos, addEos: false),
        };
    }

    private static TokenizerPipeline SentencePieceBpe(GgufVocabulary gguf) => Pieces(gguf, new SentencePieceSettings
    {
        Algorithm = SentencePieceAlgorithm.Bpe,
        ByteFallback = true,
        AddDummyPrefix = gguf.AddSpacePrefix ?? true,
        RemoveExtraWhitespaces = gguf.RemoveExtraWhitespaces ?? false,
    }) with
    { PostProcessor = Around(gguf, addBos: true, addEos: false) };

    private static TokenizerPipeline Unigram(GgufVocabulary gguf) => Pieces(gguf, new SentencePieceSettings
    {
        Algorithm = SentencePieceAlgorithm.Unigram,
        AddDummyPrefix = gguf.AddSpacePrefix ?? true,
        RemoveExtraWhitespaces = gguf.RemoveExtraWhitespaces ?? true,
        CharacterMap = gguf.PrecompiledCharacterMap.Length == 0 ? null : PrecompiledReader.Read(gguf.PrecompiledCharacterMap.Span, $"{Place}: precompiled_charsmap"),
    }) with
    { PostProcessor = Around(gguf, addBos: false, addEos: true) };

    private static TokenizerPipeline Pieces(GgufVocabulary gguf, SentencePieceSettings settings)
    {
        IReadOnlyList<float> scores = gguf.Scores ?? throw Malformed("The vocabulary needs scores.", "scores", "nothing");
        var pieces = new List<VocabularyPiece>(gguf.Tokens.Count);
        for (int id = 0; id < gguf.Tokens.Count; id++)
        {
            // Types that the format does not define count as normal, as in llama.cpp.
            int type = gguf.TokenTypes?[id] ?? (int)PieceKind.Normal;
            pieces.Add(new VocabularyPiece(gguf.Tokens[id], scores[id], type is >= (int)PieceKind.Normal and <= (int)PieceKind.Byte ? (PieceKind)type : PieceKind.Normal));
        }

        return SentencePiecePipeline.Build(new PieceVocabulary(pieces, gguf.UnkId, Place), settings);
    }

    private static TokenizerPipeline WordPiece(GgufVocabulary gguf)
    {
        var ids = new Dictionary<string, int>(gguf.Tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < gguf.Tokens.Count; id++)
        {
            // Words are marked at their beginning here, continuations in a vocab.txt.
            string token = gguf.Tokens[id];
            bool plain = gguf.TokenTypes is { } types && types[id] != (int)PieceKind.Normal;
            string spelled = plain ? token : token.StartsWith(SentencePieceNormalizer.Marker) ? token[1..] : "##" + token;
            ids.TryAdd(spelled.Length == 0 ? token : spelled, id);
        }

        var vocabulary = new Vocabulary(ids);
        string Token(int? id, string usual) => id is int found ? gguf.Tokens[found] : usual;
        TokenizerPipeline pipeline = VocabTextReader.Build(vocabulary, settings: null, Place, gguf.Lowercase ?? true, gguf.StripAccents);
        (int, string) Pair(int? id, string usual) => vocabulary.IdOf(Token(id, usual)) is int found ? (found, Token(id, usual)) : throw Malformed("A special token of BERT is missing.", "tokens", usual);
        return pipeline with
        {
            Model = new WordPieceModel(vocabulary, Token(gguf.UnkId, "[UNK]")),
            PostProcessor = TemplatePostProcessor.Bert(Pair(gguf.ClsId ?? gguf.BosId, "[CLS]"), Pair(gguf.SepId, "[SEP]")),
        };
    }

    private static Dictionary<string, int> Ids(IReadOnlyList<string> tokens)
    {
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            ids.TryAdd(tokens[id], id);
        }

        return ids;
    }

    private static TemplatePostProcessor? Around(GgufVocabulary gguf, bool addBos, bool addEos)
    {
        (int, string)? Token(bool add, int? id) => add && id is int found ? (found, gguf.Tokens[found]) : null;
        return TemplatePostProcessor.Around(Token(gguf.AddBos ?? addBos, gguf.BosId), Token(gguf.AddEos ?? addEos, gguf.EosId));
    }

    private static IEnumerable<AddedToken> Added(GgufVocabulary gguf)
    {
        bool isPhi3 = gguf.ModelName is { } name && (name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase));
        for (int id = 0; id < gguf.TokenTypes?.Count && id < gguf.Tokens.Count; id++)
        {
            var kind = (PieceKind)gguf.TokenTypes[id];
            if (kind is PieceKind.Control or PieceKind.UserDefined or PieceKind.Unknown && gguf.Tokens[id].Length > 0)
            {
                string content = gguf.Tokens[id];
                yield return new AddedToken
                {
                    Content = content,
                    Special = kind != PieceKind.UserDefined,
                    RightStrip = isPhi3 && content is not ("<unk>" or "<s>" or "<|endoftext|>"),
                };
            }
        }
    }

    private static SpecialTokens Special(GgufVocabulary gguf)
    {
        string? Token(int? id) => id is int found ? gguf.Tokens[found] : null;
        return new SpecialTokens
        {
            Bos = Token(gguf.BosId),
            Eos = Token(gguf.EosId),
            Unk = Token(gguf.UnkId),
            Sep = Token(gguf.SepId),
            Pad = Token(gguf.PadId),
            Cls = Token(gguf.ClsId),
            Mask = Token(gguf.MaskId),
        };
    }

    private static TokenizerFormatException Malformed(string what, string key, string facts) =>
        new(what, $"{Place}: tokenizer.ggml.{key}", facts, "Convert the model again, or use its tokenizer.json.");
}
