using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's two simplest algorithms: every word, or every character, is one piece.</summary>
/// <remarks>Source: <c>word_model.cc</c> and <c>char_model.cc</c> of SentencePiece.</remarks>
internal sealed class WordOrCharModel(PieceVocabulary vocabulary, SentencePieceSettings settings) : PieceModel(vocabulary, settings.ByteFallback)
{
    private readonly PrefixTable? _userDefined = vocabulary.UserDefined();

    /// <inheritdoc/>
    protected override List<(int Length, int Id)> Cut(ReadOnlySpan<char> text)
    {
        var output = new List<(int Length, int Id)>();
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = settings.Algorithm == SentencePieceAlgorithm.Word ? WordLength(text[at..]) : CharLength(text[at..]);
            output.Add((length, Vocabulary.Find(text.Slice(at, length))));
        }

        return output;
    }

    private int CharLength(ReadOnlySpan<char> text) =>
        _userDefined is not null && _userDefined.Longest(text, out int length, out _) ? length : CodePoint.LengthAt(text, 0);

    // A marker begins a word, or ends it when it stands behind.
    private int WordLength(ReadOnlySpan<char> text)
    {
        int marker = settings.TreatWhitespaceAsSuffix
            ? text.IndexOf(SentencePieceNormalizer.Marker) + 1
            : text[1..].IndexOf(SentencePieceNormalizer.Marker) + 1;
        return marker > 0 ? marker : text.Length;
    }
}
