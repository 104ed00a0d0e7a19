using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits into runs of word characters and runs of other visible characters: the expression <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split(Split);

    private static void Split(AlignedText piece, List<PreTokenizedPiece> output)
    {
        ReadOnlySpan<char> text = piece.Text;
        for (int start = 0, end; start < text.Length; start = end)
        {
            Kind kind = KindOf(CodePoint.At(text, start));
            end = start + CodePoint.LengthAt(text, start);
            while (end < text.Length && KindOf(CodePoint.At(text, end)) == kind)
            {
                end += CodePoint.LengthAt(text, end);
            }

            if (kind != Kind.Space)
            {
                output.Add(new PreTokenizedPiece(piece.Slice(start, end)));
            }
        }
    }

    private static Kind KindOf(Rune rune) => CharacterClasses.IsWord(rune) ? Kind.Word : CharacterClasses.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
}
