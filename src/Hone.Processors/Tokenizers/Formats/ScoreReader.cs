using System.Globalization;
using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the scores of a Unigram vocabulary with the rounding of the reference, which decides between paths of nearly equal scores.</summary>
/// <remarks>
/// Rust's <c>serde_json</c> turns all digits into one integer, that into a double, and divides by a power of ten: two roundings, where a correct
/// parser has one. Source: <c>serde_json</c>, <c>de.rs</c>, without its feature <c>float_roundtrip</c>.
/// </remarks>
internal static class ScoreReader
{
    private const int LargestPower = 308;

    /// <summary>Reads a number.</summary>
    public static double Read(ConfigNode config)
    {
        config.Number();
        double value = Parse(JsonMarshal.GetRawUtf8Value(config.Element));
        return double.IsFinite(value) ? value : throw config.Misfit("a finite number");
    }

    /// <summary>The value of a valid JSON number.</summary>
    public static double Parse(ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        int exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> digits = (exponentAt < 0 ? text : text[..exponentAt])[(negative ? 1 : 0)..];
        long exponent = exponentAt < 0 ? 0 : ExponentOf(text[(exponentAt + 1)..]);
        ulong significand = 0;
        bool fraction = false;
        bool full = false;  // further digits no longer count
        foreach (byte c in digits)
        {
            if (c == '.')
            {
                fraction = true;
                continue;
            }

            uint digit = (uint)(c - '0');
            full |= significand > (ulong.MaxValue - digit) / 10;
            if (!full)
            {
                significand = (significand * 10) + digit;
            }

            exponent += (full ? 1 : 0) - (fraction ? 1 : 0);
        }

        double value = Scale(significand, exponent);
        return negative ? -value : value;
    }

    private static double Scale(double value, long exponent)
    {
        for (; exponent < -LargestPower && value != 0; exponent += LargestPower)
        {
            value /= 1e308;
        }

        return value == 0 ? 0 : exponent > LargestPower ? double.PositiveInfinity : exponent < 0 ? value / PowerOfTen(-exponent) : value * PowerOfTen(exponent);
    }

    private static double PowerOfTen(long exponent) => double.Parse($"1e{exponent.ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture);

    // Beyond this many digits the value is zero or infinite whatever they are.
    private static long ExponentOf(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? Math.Clamp(value, -100_000, 100_000) : text[0] == '-' ? -100_000 : 100_000;
}
