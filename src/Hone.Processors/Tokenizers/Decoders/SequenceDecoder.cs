namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Several decoders, each on the tokens of the one before.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<Decoder> steps) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens)
    {
        long original = tokens.Sum(token => (long)token.Length);
        foreach (Decoder step in steps)
        {
            tokens = step.Decode(tokens);
            GrowthLimit.Check(tokens.Sum(token => (long)token.Length), original);
        }

        return tokens;
    }
}
