namespace Hone.Processors.Patterns;

/// <summary>A condition on a position.</summary>
public enum AnchorKind
{
    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\Z</c>: the end, or before a newline that ends the text.</summary>
    TextEndOrNewline,

    /// <summary><c>^</c>: the start, or after a newline.</summary>
    LineStart,

    /// <summary><c>$</c>: the end, or before a newline.</summary>
    LineEnd,

    /// <summary><c>\b</c>.</summary>
    WordEdge,

    /// <summary><c>\B</c>.</summary>
    NotWordEdge,
}
