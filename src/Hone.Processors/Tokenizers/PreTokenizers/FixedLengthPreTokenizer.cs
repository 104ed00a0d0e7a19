using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits into pieces of a fixed number of code points; the last may be shorter.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) =>
    {
        int start = 0;
        int points = 0;
        for (int i = 0; i < piece.Length; i += CodePoint.LengthAt(piece.Text, i), points++)
        {
            if (points == length)
            {
                output.Add(new PreTokenizedPiece(piece.Slice(start, i)));
                (start, points) = (i, 0);
            }
        }

        output.Add(new PreTokenizedPiece(piece.Slice(start, piece.Length)));
    });
}
