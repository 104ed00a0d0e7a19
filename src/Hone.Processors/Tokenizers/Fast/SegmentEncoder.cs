using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>Turns normalized text between added tokens into ids: pre-tokenizer and model in one. Holds working memory: for one thread at a time.</summary>
internal abstract class SegmentEncoder
{
    /// <summary>The ids so far.</summary>
    public IdBuffer Ids { get; } = new();

    /// <summary>Appends the ids of a segment.</summary>
    /// <param name="segment">Well-formed UTF-16, not empty.</param>
    public abstract void Encode(ReadOnlySpan<char> segment);
}
