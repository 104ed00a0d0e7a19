namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Several pre-tokenizers, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    /// <summary>The steps in order.</summary>
    public IReadOnlyList<PreTokenizer> Steps { get; } = steps;

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text)
    {
        foreach (PreTokenizer step in Steps)
        {
            step.PreTokenize(text);
        }
    }
}
