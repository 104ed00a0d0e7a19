namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Puts a string in front of a text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Prepend(prefix);
}
