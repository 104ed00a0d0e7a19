namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>What a piece of a SentencePiece vocabulary is for; the numbers are those of the file format, and of GGUF's token types.</summary>
internal enum PieceKind
{
    /// <summary>An ordinary piece.</summary>
    Normal = 1,

    /// <summary>Stands for unknown text.</summary>
    Unknown = 2,

    /// <summary>Never found in text: begin, end, padding and the like.</summary>
    Control = 3,

    /// <summary>Always one token wherever its text occurs.</summary>
    UserDefined = 4,

    /// <summary>In the vocabulary, but not to be produced.</summary>
    Unused = 5,

    /// <summary>Stands for one byte.</summary>
    Byte = 6,
}
