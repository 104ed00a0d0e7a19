using System.Globalization;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>Tokens <c>&lt;0xNN&gt;</c> that stand for single bytes.</summary>
internal static class ByteTokens
{
    private static readonly string[] s_names = [.. Enumerable.Range(0, 256).Select(b => string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"))];

    /// <summary>The token of a byte.</summary>
    public static string NameOf(byte value) => s_names[value];

    /// <summary>The byte of such a token; hexadecimal digits of either case, and a plus sign before a single digit.</summary>
    public static bool TryParse(string token, out byte value)
    {
        value = 0;
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>')
        {
            return false;
        }

        ReadOnlySpan<char> digits = token[3] == '+' ? token.AsSpan(4, 1) : token.AsSpan(3, 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
