namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Several decoders, each on the tokens of the one before.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<Decoder> steps) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens)
    {
        foreach (Decoder step in steps)
        {
            tokens = step.Decode(tokens);
        }

        return tokens;
    }
}
