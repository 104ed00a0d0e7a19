using System.Globalization;
using System.Text;
using Hone.Processors.Tokenizers;

namespace Hone.Inference.Constraints;

/// <summary>The bytes that each token adds to a text.</summary>
/// <remarks>
/// Taken from what the tokenizer decodes; a token that is only part of a character is read from its spelling: <c>&lt;0xE4&gt;</c>, or the characters that byte-level
/// vocabularies write bytes with. Source: Radford et al., GPT-2, <c>encoder.py</c> (bytes_to_unicode).
/// </remarks>
internal static class TokenBytes
{
    private const char Replacement = '\uFFFD';

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">Token ids of the model.</param>
    /// <returns>Bytes by token id; empty for control tokens, for ids without a token and for tokens that stand for no text.</returns>
    public static byte[][] Of(Tokenizer tokenizer, int vocabularySize)
    {
        // A letter before the token keeps decoders from treating it as the beginning of a text.
        int anchor = Enumerable.Range(0, vocabularySize).FirstOrDefault(id => tokenizer.TokenOf(id) is "a" or "▁a" or "Ġa", -1);
        string start = anchor < 0 ? "" : tokenizer.Decode([anchor]);
        byte[][] bytes = new byte[vocabularySize][];
        for (int id = 0; id < vocabularySize; id++)
        {
            bytes[id] = tokenizer.TokenOf(id) is { } spelling && !tokenizer.IsSpecial(id) ? Read(tokenizer, id, spelling, anchor, start) : [];
        }

        return bytes;
    }

    private static byte[] Read(Tokenizer tokenizer, int id, string spelling, int anchor, string start)
    {
        string text = anchor < 0 ? tokenizer.Decode([id]) : tokenizer.Decode([anchor, id]);
        bool isWhole = text.StartsWith(start, StringComparison.Ordinal) && !text.AsSpan(start.Length).Contains(Replacement);
        if (isWhole && !IsByteToken(spelling))
        {
            return Encoding.UTF8.GetBytes(text[start.Length..]);
        }

        return IsByteToken(spelling) ? [byte.Parse(spelling.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)]
            : FromByteLevel(spelling) ?? (spelling.Contains(Replacement) ? Encoding.UTF8.GetBytes(text[Math.Min(start.Length, text.Length)..]) : []);
    }

    private static bool IsByteToken(string spelling) =>
        spelling is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low);

    private static byte[]? FromByteLevel(string spelling)
    {
        byte[] bytes = new byte[spelling.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (ByteOf(spelling[i]) is not { } value)
            {
                return null;
            }

            bytes[i] = value;
        }

        return bytes;
    }

    // Printable Latin-1 characters stand for themselves; the other 68 bytes follow from U+0100 on, in order.
    private static byte? ByteOf(char c)
    {
        if (IsPrintable(c))
        {
            return (byte)c;
        }

        int index = c - 0x100;
        for (int value = 0; value < 256 && index >= 0; value++)
        {
            if (!IsPrintable((char)value) && index-- == 0)
            {
                return (byte)value;
            }
        }

        return null;
    }

    private static bool IsPrintable(char c) => c is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ');
}
