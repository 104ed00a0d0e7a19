using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads BERT's <c>vocab.txt</c>: one token a line, its number the id.</summary>
/// <remarks>Source: <c>BertConverter</c> of transformers (<c>convert_slow_tokenizer.py</c>).</remarks>
internal static class VocabTextReader
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="TokenizerFormatException">The file is malformed or lacks a special token.</exception>
    public static TokenizerPipeline Read(string file, TokenizerSettings? settings)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in TextFile.ReadLines(file))
        {
            if (line.Length > 0)
            {
                ids[line] = number;  // a token that occurs twice has the later id, as in the reference
            }

            number++;
        }

        return Build(new Vocabulary(ids), settings, file, settings?.Lowercase ?? true, settings?.StripAccents);
    }

    /// <summary>BERT's pipeline on a vocabulary.</summary>
    public static TokenizerPipeline Build(Vocabulary vocabulary, TokenizerSettings? settings, string where, bool lowercase, bool? stripAccents)
    {
        string Role(string role, string usual) => settings?.Role(role) ?? usual;
        var special = new SpecialTokens
        {
            Unk = Role("unk_token", "[UNK]"),
            Sep = Role("sep_token", "[SEP]"),
            Pad = Role("pad_token", "[PAD]"),
            Cls = Role("cls_token", "[CLS]"),
            Mask = Role("mask_token", "[MASK]"),
        };
        (int, string) Token(string token) => (vocabulary.IdOf(token) ?? throw new TokenizerFormatException(
            "The vocabulary lacks a special token of BERT.", where, $"'{token}'", "Name it in tokenizer_config.json."), token);
        string[] tokens = [special.Unk, special.Sep, special.Pad, special.Cls, special.Mask];
        return new TokenizerPipeline
        {
            Normalizer = new BertNormalizer
            {
                CleanText = true,
                HandleChineseCharacters = settings?.SpaceIdeographs ?? true,
                StripAccents = stripAccents ?? lowercase,
                Lowercase = lowercase,
            },
            PreTokenizer = new SequencePreTokenizer(
            [
                new DelimiterPreTokenizer(CharacterClasses.IsWhiteSpace, SplitBehavior.Removed),
                new DelimiterPreTokenizer(CharacterClasses.IsPunctuation, SplitBehavior.Isolated),
            ]),
            Model = new WordPieceModel(vocabulary, special.Unk),
            PostProcessor = TemplatePostProcessor.Bert(Token(special.Cls), Token(special.Sep)),
            Decoder = new WordPieceDecoder("##", cleanup: true),
            AddedTokens = [.. tokens.Where(token => vocabulary.IdOf(token) is not null).Select(token => new AddedToken { Content = token, Special = true })],
            Special = special,
        };
    }
}
