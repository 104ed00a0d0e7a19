namespace Hone.Processors.Tokenizers;

/// <summary>Refuses options that contradict each other, as the reference refuses them.</summary>
internal static class EncodeChecks
{
    /// <summary>Checks the options.</summary>
    /// <param name="options">What a caller asked for.</param>
    /// <param name="addedTokens">Special tokens that the post-processor adds to a single text.</param>
    /// <exception cref="ArgumentException">They contradict each other.</exception>
    public static void Check(EncodeOptions options, int addedTokens)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Padding is PaddingOptions padding && (padding.Length < 0 || padding.MultipleOf < 0))
        {
            throw new ArgumentException($"Padding to length {padding.Length}, multiple of {padding.MultipleOf}: neither may be negative.", nameof(options));
        }

        if (options.Truncation is not TruncationOptions truncation)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(truncation.MaxLength, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(truncation.Stride, nameof(options));
        if (truncation.Stride > 0 && truncation.MaxLength >= addedTokens && truncation.Stride >= truncation.MaxLength - addedTokens)
        {
            throw new ArgumentException(
                $"Truncation with stride {truncation.Stride} needs more than {truncation.Stride} tokens of text in a window, and has "
                + $"{truncation.MaxLength - addedTokens} (max length {truncation.MaxLength} less {addedTokens} special tokens). Lower the stride or raise the length.",
                nameof(options));
        }

        if (options.Padding?.MultipleOf is int multiple and > 0 && truncation.MaxLength % multiple != 0)
        {
            throw new ArgumentException(
                $"Truncation to {truncation.MaxLength} tokens and padding to a multiple of {multiple} exclude each other: make the length a multiple of {multiple}.", nameof(options));
        }
    }
}
