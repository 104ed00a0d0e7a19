using System.Text;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>Every piece is one token.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, string unknownToken) : TokenModel
{
    /// <inheritdoc/>
    public override int VocabularySize => vocabulary.Count;

    /// <inheritdoc/>
    public override int? IdOf(string token) => vocabulary.IdOf(token);

    /// <inheritdoc/>
    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output)
    {
        int bytes = Encoding.UTF8.GetByteCount(piece);
        if (vocabulary.TryGetId(piece, out int id))
        {
            output.Add(new ModelToken(id, piece.ToString(), 0, bytes));
        }
        else
        {
            int unknown = vocabulary.IdOf(unknownToken) ?? throw new TokenizerFormatException(
                "A word is outside the vocabulary, and so is the token for unknown words.", "model.unk_token", $"'{unknownToken}'", "Add it to the vocabulary.");
            output.Add(new ModelToken(unknown, unknownToken, 0, bytes));
        }
    }
}
