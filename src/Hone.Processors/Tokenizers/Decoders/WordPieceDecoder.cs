namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Puts a space before each token that does not continue a word.</summary>
/// <param name="prefix">Marks a continuation.</param>
/// <param name="cleanup">Whether spaces before punctuation and in contractions are removed.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens) => [.. tokens.Select((token, i) =>
    {
        if (i > 0)
        {
            token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        }

        return cleanup ? SpaceCleanup.Apply(token) : token;
    })];
}
