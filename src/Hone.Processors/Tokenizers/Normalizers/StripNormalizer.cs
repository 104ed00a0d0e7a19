namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Removes white space at the ends of the text.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        int start = left ? text.Length - text.Text.TrimStart().Length : 0;
        int end = right ? text.Text.TrimEnd().Length : text.Length;
        if (start >= end)
        {
            text.Transform([]);
        }
        else if (end - start < text.Length)
        {
            text.Cut(start, end);
        }
    }
}
