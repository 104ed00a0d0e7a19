using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>GPT-2's split into words with their leading space, then one printable character for each byte.</summary>
/// <remarks>Source: GPT-2's encoder (<c>encoder.py</c>), where the expression stands.</remarks>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression) : PreTokenizer
{
    /// <summary>The split of GPT-2.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly TextPattern? _pattern = useExpression ? TextPattern.Expression(Expression) : null;

    /// <summary>Whether a text that does not begin with a space gets one.</summary>
    public bool AddPrefixSpace { get; } = addPrefixSpace;

    /// <summary>Whether the text is split at all.</summary>
    public bool UseExpression { get; } = useExpression;

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text)
    {
        text.Split((piece, output) =>
        {
            if (AddPrefixSpace && !piece.Text.StartsWith(' '))
            {
                piece.Prepend(" ");
            }

            if (_pattern is null)
            {
                output.Add(new PreTokenizedPiece(piece));
            }
            else
            {
                PieceSplitter.Split(piece, _pattern.Cut(piece.Text), SplitBehavior.Isolated, output);
            }
        });
        text.ForEach(ToByteCharacters);
    }

    /// <summary>Writes the character of each UTF-8 byte.</summary>
    public static void ToByteCharacters(AlignedText text)
    {
        var changes = new List<CharChange>(2 * text.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
            {
                changes.Add(new CharChange(new Rune(ByteAlphabet.CharacterOf(bytes[i])), i > 0 ? 1 : 0));
            }
        }

        text.Transform(changes);
    }
}
