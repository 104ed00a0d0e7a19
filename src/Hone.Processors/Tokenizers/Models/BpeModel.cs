using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>Byte-pair encoding: a piece starts as characters, and the pair with the lowest rank merges until none is left.</summary>
/// <remarks>
/// This is the plain statement of the rules, which fast implementations are tested against. Source: Sennrich, Haddow and Birch, "Neural Machine
/// Translation of Rare Words with Subword Units", arXiv:1508.07909, algorithm 1; options as in Hugging Face <c>tokenizers</c>.
/// </remarks>
internal sealed class BpeModel(Vocabulary vocabulary, Dictionary<(int Left, int Right), BpeMerge> merges) : TokenModel
{
    /// <summary>Tokens and ids.</summary>
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>What each mergeable pair becomes.</summary>
    public IReadOnlyDictionary<(int Left, int Right), BpeMerge> Merges => merges;

    /// <summary>Stands for characters outside the vocabulary; without one they vanish.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Written before every character of a piece but the first.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "";

    /// <summary>Written after the last character of a piece.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>Whether neighbouring unknown characters become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether unknown characters become tokens <c>&lt;0xNN&gt;</c> of their UTF-8 bytes, where all of these exist.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a piece that is a token itself is taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <inheritdoc/>
    public override int VocabularySize => Vocabulary.Count;

    /// <inheritdoc/>
    public override int? IdOf(string token) => Vocabulary.IdOf(token);

    /// <inheritdoc/>
    public override string? TokenOf(int id) => Vocabulary.TokenOf(id);

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output)
    {
        if (IgnoreMerges && Vocabulary.TryGetId(piece, out int whole))
        {
            output.Add(new ModelToken(whole, TokenOf(whole)!, 0, Encoding.UTF8.GetByteCount(piece)));
            return;
        }

        List<BpeSymbol> symbols = Symbols(piece);
        BpeMerging.MergeAll(symbols, merges);
        int position = 0;
        foreach (BpeSymbol symbol in symbols)
        {
            output.Add(new ModelToken(symbol.Id, TokenOf(symbol.Id)!, position, position + symbol.Bytes));
            position += symbol.Bytes;
        }
    }

    /// <summary>The piece as one symbol a character, before any merge.</summary>
    private List<BpeSymbol> Symbols(ReadOnlySpan<char> piece)
    {
        var symbols = new List<BpeSymbol>(piece.Length);
        BpeSymbol? unknown = null;
        for (int start = 0, next; start < piece.Length; start = next)
        {
            next = start + CodePoint.LengthAt(piece, start);
            ReadOnlySpan<char> character = piece[start..next];
            string prefix = start > 0 ? ContinuingSubwordPrefix : "";
            string suffix = next == piece.Length ? EndOfWordSuffix : "";
            ReadOnlySpan<char> spelled = prefix.Length + suffix.Length == 0 ? character : string.Concat(prefix, character, suffix);
            int bytes = CodePoint.Utf8LengthAt(piece, start);
            if (Vocabulary.TryGetId(spelled, out int id))
            {
                AddUnknown();
                symbols.Add(new BpeSymbol(id, bytes));
            }
            else if (!(ByteFallback && TryAddBytes(spelled, symbols)) && UnknownToken is not null)
            {
                // Characters that fall back to bytes do not end a fused run of unknown ones; so does the reference.
                if (FuseUnknown && unknown is BpeSymbol run)
                {
                    unknown = run with { Bytes = run.Bytes + bytes };
                }
                else
                {
                    AddUnknown();
                    unknown = new BpeSymbol(UnknownId(), bytes);
                }
            }
        }

        AddUnknown();
        return symbols;

        void AddUnknown()
        {
            if (unknown is BpeSymbol symbol)
            {
                symbols.Add(symbol);
                unknown = null;
            }
        }
    }

    private int UnknownId() => Vocabulary.IdOf(UnknownToken!) ?? throw new TokenizerFormatException(  // called with an UnknownToken only
        "A character is outside the vocabulary, and so is the token for unknown characters.", "model.unk_token", $"'{UnknownToken}'", "Add it to the vocabulary.");

    private bool TryAddBytes(ReadOnlySpan<char> text, List<BpeSymbol> symbols)
    {
        int before = symbols.Count;
        foreach (byte b in Encoding.UTF8.GetBytes(text.ToArray()))
        {
            if (!Vocabulary.TryGetId(ByteTokens.NameOf(b), out int id))
            {
                symbols.RemoveRange(before, symbols.Count - before);
                return false;
            }

            symbols.Add(new BpeSymbol(id, 1));
        }

        return true;
    }
}
