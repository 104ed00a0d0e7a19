namespace Hone.Processors.Tokenizers;

/// <summary>What <see cref="Tokenizer"/> does beyond plain encoding.</summary>
public sealed record EncodeOptions
{
    /// <summary>Whether the post-processor adds its special tokens.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Cut long texts; <see langword="null"/> leaves them whole.</summary>
    public TruncationOptions? Truncation { get; init; }

    /// <summary>Fill up short texts; <see langword="null"/> leaves them short.</summary>
    public PaddingOptions? Padding { get; init; }
}
