using System.Runtime.InteropServices;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers;

/// <summary>A text cut into pieces, in order; splitting skips pieces that already have tokens and drops empty ones.</summary>
internal sealed class PreTokenizedText(AlignedText text)
{
    private List<PreTokenizedPiece> _pieces = [new PreTokenizedPiece(text)];

    /// <summary>The pieces.</summary>
    public IReadOnlyList<PreTokenizedPiece> Pieces => _pieces;

    /// <summary>Replaces each unfinished piece by the pieces that <paramref name="split"/> adds for it.</summary>
    public void Split(Action<AlignedText, List<PreTokenizedPiece>> split)
    {
        var next = new List<PreTokenizedPiece>(_pieces.Count);
        foreach (PreTokenizedPiece piece in _pieces)
        {
            if (piece.Tokens is not null)
            {
                next.Add(piece);
            }
            else
            {
                split(piece.Text, next);
            }
        }

        next.RemoveAll(piece => piece.Text.Length == 0);
        _pieces = next;
    }

    /// <summary>Rewrites each unfinished piece.</summary>
    public void ForEach(Action<AlignedText> rewrite)
    {
        foreach (PreTokenizedPiece piece in _pieces)
        {
            if (piece.Tokens is null)
            {
                rewrite(piece.Text);
            }
        }
    }

    /// <summary>All tokens with their offsets in the original; the word of a token is the number of its piece.</summary>
    public EncodedSequence ToEncoding(int typeId)
    {
        var encoding = new EncodedSequence();
        for (int word = 0; word < _pieces.Count; word++)
        {
            AppendTokens(encoding, _pieces[word], word, typeId);
        }

        return encoding;
    }

    private static void AppendTokens(EncodedSequence encoding, PreTokenizedPiece piece, int word, int typeId)
    {
        AlignedText text = piece.Text;
        int index = 0;   // UTF-16 unit where the character that covers `bytes` starts
        int bytes = 0;   // UTF-8 bytes before it
        foreach (ModelToken token in CollectionsMarshal.AsSpan(piece.Tokens))
        {
            if (token.Start < bytes)
            {
                (index, bytes) = (0, 0);
            }

            Advance(text.Text, ref index, ref bytes, token.Start);
            TokenOffset offset = new(text.OriginalStart, text.OriginalStart);
            if (index < text.Length && token.End > token.Start)
            {
                (int last, int lastBytes) = (index, bytes);
                Advance(text.Text, ref last, ref lastBytes, token.End - 1);
                offset = new TokenOffset(text.StartAt(index), text.EndAt(Math.Min(last, text.Length - 1)));
            }

            encoding.Add(token.Id, token.Value, offset, typeId, word);
        }
    }

    /// <summary>Moves to the character that covers the byte at <paramref name="target"/>.</summary>
    private static void Advance(ReadOnlySpan<char> text, ref int index, ref int bytes, int target)
    {
        while (index < text.Length)
        {
            int size = CodePoint.Utf8LengthAt(text, index);
            if (bytes + size > target)
            {
                return;
            }

            bytes += size;
            index += size == 4 ? 2 : 1;
        }
    }
}
