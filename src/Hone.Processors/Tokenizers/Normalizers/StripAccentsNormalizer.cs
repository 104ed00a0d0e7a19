using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Removes combining marks; text should be decomposed before.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Filter(static rune => !CharacterClasses.IsMark(rune));
}
