namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Replaces a string or the matches of an expression within every token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens) => tokens.ConvertAll(token => pattern.Replace(token, content));
}
