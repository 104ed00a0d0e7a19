using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.PostProcessors;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>Puts the parts of a SentencePiece tokenizer together.</summary>
internal static class SentencePiecePipeline
{
    /// <summary>Normalizer, model and decoder; no post-processor.</summary>
    public static TokenizerPipeline Build(PieceVocabulary vocabulary, SentencePieceSettings settings)
    {
        TokenModel model = settings.Algorithm switch
        {
            SentencePieceAlgorithm.Unigram => new UnigramPieceModel(vocabulary, settings.ByteFallback),
            SentencePieceAlgorithm.Bpe => new ScoreMergeModel(vocabulary, settings.ByteFallback),
            _ => new WordOrCharModel(vocabulary, settings),
        };
        return new TokenizerPipeline
        {
            Normalizer = new SentencePieceNormalizer(settings, vocabulary.UserDefined()),
            Model = model,
            Decoder = new SentencePieceDecoder(vocabulary, settings),
            ControlTokens = [.. Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary[id].Kind == PieceKind.Control).Select(id => vocabulary[id].Text)],
            Special = new SpecialTokens
            {
                Bos = Text(settings.BosId),
                Eos = Text(settings.EosId),
                Pad = Text(settings.PadId),
                Unk = Text(vocabulary.UnknownId),
            },
        };

        string? Text(int? id) => id is int found ? vocabulary[found].Text : null;
    }

    /// <summary>The begin token before every text, as Llama's tokenizer has it, unless the settings say otherwise.</summary>
    public static TemplatePostProcessor Around(PieceVocabulary vocabulary, SentencePieceSettings settings, bool addBos, bool addEos)
    {
        (int, string)? Token(bool add, int? id) => add && id is int found ? (found, vocabulary[found].Text) : null;
        return TemplatePostProcessor.Around(Token(addBos, settings.BosId), Token(addEos, settings.EosId));
    }
}
