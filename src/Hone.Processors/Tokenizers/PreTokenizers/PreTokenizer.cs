namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits a text into the pieces that the model sees; one subclass for each <c>type</c> of a <c>tokenizer.json</c>.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Splits (and rewrites) the unfinished pieces.</summary>
    public abstract void PreTokenize(PreTokenizedText text);
}
