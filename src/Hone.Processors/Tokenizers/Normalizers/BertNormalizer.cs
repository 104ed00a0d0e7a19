using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>BERT's cleaning: control characters, white space, Chinese characters, accents, case.</summary>
/// <remarks>Source: <c>BasicTokenizer</c> of Devlin et al., "BERT", arXiv:1810.04805.</remarks>
internal sealed class BertNormalizer : Normalizer
{
    /// <summary>Removes control characters and makes all white space a space.</summary>
    public bool CleanText { get; init; }

    /// <summary>Puts spaces around ideographs.</summary>
    public bool HandleChineseCharacters { get; init; }

    /// <summary>Decomposes and removes accents.</summary>
    public bool StripAccents { get; init; }

    /// <summary>Makes everything lower case.</summary>
    public bool Lowercase { get; init; }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (CleanText)
        {
            text.Filter(static rune => rune.Value is '\t' or '\n' or '\r' || !(rune.Value is 0 or 0xFFFD || CharacterClasses.IsOther(rune)));
            text.Map(static rune => CharacterClasses.IsWhiteSpace(rune) ? new Rune(' ') : rune);
        }

        if (HandleChineseCharacters)
        {
            SpaceIdeographs(text);
        }

        if (StripAccents)
        {
            if (!UnicodeNormalization.IsPlain(text.Text, UnicodeForm.D))
            {
                text.Transform(UnicodeNormalization.Normalize(text.Text, UnicodeForm.D));
            }

            text.Filter(static rune => !CharacterClasses.IsNonSpacingMark(rune));
        }

        if (Lowercase)
        {
            LowercaseNormalizer.Apply(text);
        }
    }

    private static void SpaceIdeographs(AlignedText text)
    {
        if (!text.Text.ContainsAnyInRange('\u3400', '\uFFFF'))
        {
            return;  // also without surrogates, so without ideographs beyond
        }

        var changes = new List<CharChange>(2 * text.Length);
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            if (!IsIdeograph(rune.Value))
            {
                changes.Add(new CharChange(rune, 0));
                continue;
            }

            // All three stand for the ideograph.
            changes.Add(new CharChange(new Rune(' '), 0));
            changes.Add(new CharChange(rune, 1));
            changes.Add(new CharChange(new Rune(' '), 1));
        }

        text.Transform(changes);
    }

    private static bool IsIdeograph(int point) => point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
