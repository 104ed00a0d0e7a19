namespace Hone.Processors.Tokenizers;

/// <summary>The end of a text where padding stands.</summary>
public enum PaddingSide
{
    /// <summary>After the text.</summary>
    Right,

    /// <summary>Before the text.</summary>
    Left,
}
