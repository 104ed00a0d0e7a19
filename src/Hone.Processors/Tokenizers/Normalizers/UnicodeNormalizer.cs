using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>One of the four Unicode normalization forms.</summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : Normalizer
{
    /// <summary>The form.</summary>
    public UnicodeForm Form { get; } = form;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (!UnicodeNormalization.IsPlain(text.Text, Form))
        {
            text.Transform(UnicodeNormalization.Normalize(text.Text, Form));
        }
    }
}
