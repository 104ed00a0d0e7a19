namespace Hone.Processors.Tokenizers;

/// <summary>How encodings are filled up.</summary>
public sealed record PaddingOptions
{
    /// <summary>The length to fill up to, or <see langword="null"/> for that of the longest encoding in the batch.</summary>
    public int? Length { get; init; }

    /// <summary>The length is rounded up to a multiple of this.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>Which end is filled.</summary>
    public PaddingSide Side { get; init; }

    /// <summary>Id of the padding token.</summary>
    public int PadId { get; init; }

    /// <summary>Segment number of the padding.</summary>
    public int PadTypeId { get; init; }

    /// <summary>Text of the padding token.</summary>
    public string PadToken { get; init; } = "[PAD]";
}
