namespace Hone.Processors.Tokenizers;

/// <summary>How a text that is too long is cut.</summary>
public sealed record TruncationOptions
{
    /// <summary>Tokens that remain at most, special tokens included.</summary>
    /// <remarks>Below the number of special tokens nothing is cut at all, as in the reference.</remarks>
    public required int MaxLength { get; init; }

    /// <summary>Tokens that an overflowing window repeats of the one before it.</summary>
    public int Stride { get; init; }

    /// <summary>Which text of a pair is shortened.</summary>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>Which end is cut.</summary>
    public TruncationSide Side { get; init; }
}
