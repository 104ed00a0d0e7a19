namespace Hone.Processors.Tokenizers;

/// <summary>Stops files whose rules multiply a text without end.</summary>
internal static class GrowthLimit
{
    private const long MaxFactor = 1000;  // the longest decomposition has 18 characters, and each of these at most 4 bytes
    private const long AlwaysAllowed = 1 << 20;

    /// <summary>Checks the length of a rewritten text.</summary>
    /// <param name="length">UTF-16 units now.</param>
    /// <param name="original">Code points or units that it stands for.</param>
    /// <exception cref="TokenizerFormatException">It has grown beyond reason.</exception>
    public static void Check(long length, long original)
    {
        if (length > AlwaysAllowed && length > MaxFactor * original)
        {
            throw new TokenizerFormatException(
                "The tokenizer's rules multiply the text beyond reason.", "normalizer or decoder", $"{length} characters from {original}", "Check the replacements in the tokenizer's file.");
        }
    }
}
