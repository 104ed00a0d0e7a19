namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Rewrites a text before it is split; one subclass for each <c>type</c> of a <c>tokenizer.json</c>.</summary>
internal abstract class Normalizer
{
    /// <summary>Rewrites in place, keeping the alignment with the original.</summary>
    public abstract void Normalize(AlignedText text);
}
