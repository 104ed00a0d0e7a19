namespace Hone.Processors.Tokenizers;

/// <summary>A piece of the text on its way through the pre-tokenizers; a piece with tokens is finished.</summary>
internal sealed class PreTokenizedPiece(AlignedText text)
{
    /// <summary>The piece.</summary>
    public AlignedText Text { get; } = text;

    /// <summary>Its tokens, once known.</summary>
    public List<ModelToken>? Tokens { get; set; }
}
