using Hone.Processors.Tokenizers.PreTokenizers;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Writes one printable character for each UTF-8 byte.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => ByteLevelPreTokenizer.ToByteCharacters(text);
}
