namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>Adds special tokens, segment numbers and the like; one subclass for each <c>type</c> of a <c>tokenizer.json</c>.</summary>
internal abstract class PostProcessor
{
    /// <summary>How many tokens <see cref="Process"/> adds.</summary>
    public abstract int AddedTokens(bool isPair);

    /// <summary>Turns one or two encodings into the encodings that are joined to the result.</summary>
    public abstract List<EncodedSequence> Process(List<EncodedSequence> encodings, bool addSpecialTokens);
}
