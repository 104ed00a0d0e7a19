namespace Hone.Processors.Tokenizers;

/// <summary>Cuts one or two encodings so that they fit together.</summary>
/// <remarks>Source: <c>truncate_encodings</c> of Hugging Face <c>tokenizers</c>.</remarks>
internal static class Truncation
{
    /// <summary>Cuts in place.</summary>
    /// <param name="encodings">One or two encodings, without special tokens.</param>
    /// <param name="options">What the caller asked for.</param>
    /// <param name="addedTokens">Special tokens that will be added.</param>
    /// <exception cref="ArgumentException">The text that may be cut is too short, or the windows too small for the stride.</exception>
    public static void Apply(List<EncodedSequence> encodings, TruncationOptions options, int addedTokens)
    {
        int maxLength = options.MaxLength - addedTokens;
        if (maxLength < 0)
        {
            return;  // less room than special tokens need: the reference does not cut at all
        }

        int total = encodings.Sum(encoding => encoding.Length);
        if (maxLength == 0)
        {
            encodings.ForEach(encoding => encoding.Truncate(0, options.Stride, options.Side));
        }
        else if (total > maxLength)
        {
            Cut(encodings, options, maxLength, total - maxLength);
        }
    }

    private static void Cut(List<EncodedSequence> encodings, TruncationOptions options, int maxLength, int excess)
    {
        if (options.Strategy == TruncationStrategy.LongestFirst)
        {
            int[] lengths = encodings.Count == 1 ? [maxLength] : Share(encodings[0].Length, encodings[1].Length, maxLength);
            for (int i = 0; i < encodings.Count; i++)
            {
                Shorten(encodings[i], lengths[i], options);
            }

            return;
        }

        if (options.Strategy == TruncationStrategy.OnlySecond && encodings.Count == 1)
        {
            throw new ArgumentException("Truncation of the second text only, but there is one text. Use OnlyFirst or LongestFirst.");
        }

        EncodedSequence target = encodings[options.Strategy == TruncationStrategy.OnlyFirst ? 0 : 1];
        if (target.Length <= excess)
        {
            throw new ArgumentException(
                $"Truncation of {options.Strategy}: {excess} tokens must go and the text has {target.Length}. Raise the length or use LongestFirst.");
        }

        Shorten(target, target.Length - excess, options);
    }

    /// <summary>The shorter text keeps its length as long as it has at most half of the room.</summary>
    private static int[] Share(int first, int second, int maxLength)
    {
        int shorter = Math.Min(first, second);
        int longer = shorter > maxLength ? shorter : Math.Max(shorter, maxLength - shorter);
        if (shorter + longer > maxLength)
        {
            shorter = maxLength / 2;
            longer = shorter + (maxLength % 2);
        }

        return first > second ? [longer, shorter] : [shorter, longer];
    }

    private static void Shorten(EncodedSequence encoding, int length, TruncationOptions options)
    {
        if (length > 0 && length < encoding.Length && options.Stride >= length)
        {
            throw new ArgumentException(
                $"Truncation with stride {options.Stride} needs windows of more than {options.Stride} tokens, and {length} remain for this text. Lower the stride or raise the length.");
        }

        encoding.Truncate(length, options.Stride, options.Side);
    }
}
