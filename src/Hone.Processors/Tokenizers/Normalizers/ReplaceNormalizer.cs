namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Replaces a string or the matches of an expression.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Replace(pattern, content);
}
