namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Turns markers into spaces; those of the first token vanish when the pre-tokenizer prepends one.</summary>
internal sealed class MetaspaceDecoder(string marker, PrependScheme scheme) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => token.Replace(marker, i == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal))];
}
