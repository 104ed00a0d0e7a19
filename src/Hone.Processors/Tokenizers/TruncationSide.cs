namespace Hone.Processors.Tokenizers;

/// <summary>The end of a text that truncation cuts.</summary>
public enum TruncationSide
{
    /// <summary>The last tokens go.</summary>
    Right,

    /// <summary>The first tokens go.</summary>
    Left,
}
