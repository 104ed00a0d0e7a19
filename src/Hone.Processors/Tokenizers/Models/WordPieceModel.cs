using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>A word is cut from left to right into the longest tokens there are; if that fails anywhere, the whole word is unknown.</summary>
/// <remarks>Source: Devlin et al., "BERT", arXiv:1810.04805, and its <c>WordpieceTokenizer</c>.</remarks>
internal sealed class WordPieceModel : TokenModel
{
    /// <summary>BERT's limit.</summary>
    public const int DefaultMaxInputCharsPerWord = 100;

    private readonly Vocabulary _vocabulary;
    private readonly string _unknownToken;
    private readonly int _longestToken;

    /// <summary>Takes over the vocabulary.</summary>
    public WordPieceModel(Vocabulary vocabulary, string unknownToken)
    {
        _vocabulary = vocabulary;
        _unknownToken = unknownToken;
        _longestToken = vocabulary.Ids.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
    }

    /// <summary>Marks tokens that continue a word.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "##";

    /// <summary>Words with more code points are unknown.</summary>
    public int MaxInputCharsPerWord { get; init; } = DefaultMaxInputCharsPerWord;

    /// <inheritdoc/>
    public override int VocabularySize => _vocabulary.Count;

    /// <inheritdoc/>
    public override int? IdOf(string token) => _vocabulary.IdOf(token);

    /// <inheritdoc/>
    public override string? TokenOf(int id) => _vocabulary.TokenOf(id);

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output)
    {
        int before = output.Count;
        if (CodePoint.Count(piece) > MaxInputCharsPerWord || !TryCut(piece, output))
        {
            output.RemoveRange(before, output.Count - before);
            int unknown = _vocabulary.IdOf(_unknownToken) ?? throw new TokenizerFormatException(
                "A word is outside the vocabulary, and so is the token for unknown words.", "model.unk_token", $"'{_unknownToken}'", "Add it to the vocabulary.");
            output.Add(new ModelToken(unknown, _unknownToken, 0, Encoding.UTF8.GetByteCount(piece)));
        }
    }

    private bool TryCut(ReadOnlySpan<char> word, List<ModelToken> output)
    {
        int longest = Math.Min(_longestToken, ContinuingSubwordPrefix.Length + word.Length);
        Span<char> candidate = stackalloc char[256];
        candidate = longest <= candidate.Length ? candidate : new char[longest];
        int bytes = 0;
        for (int start = 0; start < word.Length;)
        {
            int prefix = start > 0 ? ContinuingSubwordPrefix.Length : 0;
            int length = Math.Min(word.Length - start, _longestToken - prefix);  // may be negative: the prefix alone is longer than any token
            int id = -1;
            for (; length > 0; length--)
            {
                // Never between the halves of a surrogate pair.
                if (start + length < word.Length && char.IsLowSurrogate(word[start + length]))
                {
                    continue;
                }

                ContinuingSubwordPrefix.AsSpan(0, prefix).CopyTo(candidate);
                word.Slice(start, length).CopyTo(candidate[prefix..]);
                if (_vocabulary.TryGetId(candidate[..(prefix + length)], out id))
                {
                    break;
                }
            }

            if (length <= 0)
            {
                return false;
            }

            int size = Encoding.UTF8.GetByteCount(word.Slice(start, length));
            output.Add(new ModelToken(id, _vocabulary.TokenOf(id)!, bytes, bytes + size));
            bytes += size;
            start += length;
        }

        return true;
    }
}
