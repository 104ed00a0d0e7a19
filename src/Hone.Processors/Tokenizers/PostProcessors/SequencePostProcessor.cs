namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>Several post-processors, each on the encodings of the one before.</summary>
internal sealed class SequencePostProcessor(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    /// <inheritdoc/>
    public override int AddedTokens(bool isPair) => steps.Sum(step => step.AddedTokens(isPair));

    /// <inheritdoc/>
    public override List<EncodedSequence> Process(List<EncodedSequence> encodings, bool addSpecialTokens)
    {
        foreach (PostProcessor step in steps)
        {
            encodings = step.Process(encodings, addSpecialTokens);
        }

        return encodings;
    }
}
