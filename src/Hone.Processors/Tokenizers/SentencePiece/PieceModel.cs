using System.Text;
using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>What SentencePiece's algorithms have in common: unknown stretches become bytes, or one token each.</summary>
internal abstract class PieceModel(PieceVocabulary vocabulary, bool byteFallback) : TokenModel
{
    /// <summary>The pieces.</summary>
    protected PieceVocabulary Vocabulary { get; } = vocabulary;

    /// <inheritdoc/>
    public override int VocabularySize => Vocabulary.Count;

    /// <inheritdoc/>
    public override int? IdOf(string token) => Vocabulary.IdOf(token);

    /// <inheritdoc/>
    public override string? TokenOf(int id) => (uint)id < (uint)Vocabulary.Count ? Vocabulary[id].Text : null;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output)
    {
        int at = 0;
        int bytes = 0;
        bool afterUnknown = false;
        foreach ((int length, int id) in Cut(piece))
        {
            ReadOnlySpan<char> text = piece.Slice(at, length);
            int size = Encoding.UTF8.GetByteCount(text);
            bool unknown = id == Vocabulary.UnknownId;
            if (unknown && byteFallback)
            {
                AddBytes(text, bytes, output);
            }
            else if (unknown && afterUnknown)
            {
                ModelToken run = output[^1];
                output[^1] = run with { Value = run.Value + text.ToString(), End = bytes + size };
            }
            else
            {
                output.Add(new ModelToken(id, unknown ? text.ToString() : Vocabulary[id].Text, bytes, bytes + size));
            }

            afterUnknown = unknown;
            at += length;
            bytes += size;
        }
    }

    /// <summary>Cuts a text; the lengths, in UTF-16 units, add up to its length.</summary>
    protected abstract List<(int Length, int Id)> Cut(ReadOnlySpan<char> text);

    private void AddBytes(ReadOnlySpan<char> text, int start, List<ModelToken> output)
    {
        Span<byte> encoded = text.Length <= 64 ? stackalloc byte[3 * text.Length] : new byte[3 * text.Length];
        int count = Encoding.UTF8.GetBytes(text, encoded);
        for (int i = 0; i < count; i++)
        {
            int id = Vocabulary.OfByte(encoded[i]);
            output.Add(new ModelToken(id, Vocabulary[id].Text, start + i, start + i + 1));
        }
    }
}
