namespace Hone.Data.Formats;

/// <summary>What the rows of a format teach.</summary>
public enum RowContent
{
    /// <summary>A text or a conversation to imitate.</summary>
    Example,

    /// <summary>Two answers to one prompt, of which one is preferred.</summary>
    Pair,

    /// <summary>One answer, and whether it is a good one.</summary>
    Feedback,
}
