using System.Collections.Immutable;

namespace Hone.Processors.Tokenizers;

/// <summary>A tokenized text: ids and, for each of them, where it comes from. All lists have the same length except <see cref="Overflowing"/>.</summary>
public sealed record TokenEncoding
{
    /// <summary>Token ids, special tokens and padding included.</summary>
    public required ImmutableArray<int> Ids { get; init; }

    /// <summary>Text of each token as the vocabulary spells it (byte-level characters, word markers), or the unknown text itself.</summary>
    public required ImmutableArray<string> Tokens { get; init; }

    /// <summary>Range of code points of the original text (of the pair's second text for its tokens); (0, 0) for special tokens and padding.</summary>
    public required ImmutableArray<TokenOffset> Offsets { get; init; }

    /// <summary>Segment numbers as the post-processor assigns them.</summary>
    public required ImmutableArray<int> TypeIds { get; init; }

    /// <summary>Number of the pre-tokenized piece within its text, or <see langword="null"/>.</summary>
    public required ImmutableArray<int?> Words { get; init; }

    /// <summary>0 for tokens of the first text, 1 for those of the second, or <see langword="null"/>.</summary>
    public required ImmutableArray<int?> Sequences { get; init; }

    /// <summary>1 where the post-processor or padding put the token, 0 where it comes from the text.</summary>
    public required ImmutableArray<byte> SpecialTokensMask { get; init; }

    /// <summary>0 for padding, else 1.</summary>
    public required ImmutableArray<byte> AttentionMask { get; init; }

    /// <summary>What truncation cut off, as further windows with their own special tokens.</summary>
    public required ImmutableArray<TokenEncoding> Overflowing { get; init; }
}
