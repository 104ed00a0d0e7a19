namespace Hone.Processors.Tokenizers;

/// <summary>What becomes of the delimiters when a text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>A delimiter ends the piece before it, except after another delimiter.</summary>
    MergedWithPrevious,

    /// <summary>A delimiter begins the piece after it, except before another delimiter.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters are one piece.</summary>
    Contiguous,
}
