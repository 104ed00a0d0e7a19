namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Collapses the frames of a CTC model: repeated tokens become one, padding vanishes.</summary>
/// <remarks>Source: Graves et al., "Connectionist Temporal Classification", ICML 2006, section 3.1.</remarks>
internal sealed class CtcDecoder(string padToken, string wordDelimiter, bool cleanup) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>();
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
            {
                continue;
            }

            string text = padToken.Length == 0 ? tokens[i] : tokens[i].Replace(padToken, "", StringComparison.Ordinal);
            if (cleanup)
            {
                text = SpaceCleanup.Apply(text);
                text = wordDelimiter.Length == 0 ? text : text.Replace(wordDelimiter, " ", StringComparison.Ordinal);
            }

            if (text.Length > 0)
            {
                output.Add(text);
            }
        }

        return output;
    }
}
