namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Turns tokens back into text; one subclass for each <c>type</c> of a <c>tokenizer.json</c>.</summary>
internal abstract class Decoder
{
    /// <summary>Rewrites the tokens; what is left is joined.</summary>
    public abstract List<string> Decode(List<string> tokens);
}
