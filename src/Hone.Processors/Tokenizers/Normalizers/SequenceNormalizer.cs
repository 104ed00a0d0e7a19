namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Several normalizers, each on the text of the one before.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    /// <summary>The steps in order.</summary>
    public IReadOnlyList<Normalizer> Steps { get; } = steps;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        foreach (Normalizer step in Steps)
        {
            step.Normalize(text);
        }
    }
}
