using System.Text;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Removes control characters and turns line ends, zero-width characters and the like into spaces.</summary>
/// <remarks>Source: the <c>nmt</c> rules of SentencePiece (<c>builder.cc</c>).</remarks>
internal sealed class NmtNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        text.Filter(static rune => !(rune.Value is (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F));
        text.Map(static rune => rune.Value is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD
            ? new Rune(' ')
            : rune);
    }
}
