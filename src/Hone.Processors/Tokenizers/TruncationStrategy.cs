namespace Hone.Processors.Tokenizers;

/// <summary>Which text of a pair is shortened.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one until both are equally long, then both in turn.</summary>
    LongestFirst,

    /// <summary>Only the first; an error when the second alone is too long.</summary>
    OnlyFirst,

    /// <summary>Only the second; an error when the first alone is too long.</summary>
    OnlySecond,
}
