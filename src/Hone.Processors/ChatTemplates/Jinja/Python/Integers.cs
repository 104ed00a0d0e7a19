using System.Globalization;
using System.Numerics;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's unbounded integers: a <see cref="long"/> while it fits, a <see cref="BigInteger"/> beyond.</summary>
internal static class Integers
{
    /// <summary>Longest integer in bits; Python itself refuses to print more than 4300 digits.</summary>
    public const int MaxBits = 1 << 16;

    private const int MaxDigits = 4300;
    private const int SmallFrom = -16;
    private const int SmallTo = 256;

    private static readonly object[] s_small = [.. Enumerable.Range(SmallFrom, SmallTo - SmallFrom + 1).Select(i => (object)(long)i)];

    public static object Box(long value) => value is >= SmallFrom and <= SmallTo ? s_small[value - SmallFrom] : value;

    public static object Box(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            return Box((long)value);
        }

        return value.GetBitLength() <= MaxBits ? value : throw PythonException.Overflow("integer too large");
    }

    /// <summary>The number if the value is an int or a bool.</summary>
    public static bool TryGet(object? value, out BigInteger number)
    {
        switch (value)
        {
            case long n:
                number = n;
                return true;
            case bool b:
                number = b ? BigInteger.One : BigInteger.Zero;
                return true;
            case BigInteger big:
                number = big;
                return true;
            default:
                number = default;
                return false;
        }
    }

    /// <summary>An index or count, or a TypeError that names what was given.</summary>
    public static int ToIndex(object? value, string what = "an integer")
    {
        if (!TryGet(value, out BigInteger number))
        {
            throw PythonException.Type($"'{PythonTypes.NameOf(value)}' object cannot be interpreted as {what}");
        }

        return (int)BigInteger.Clamp(number, int.MinValue, int.MaxValue);
    }

    public static string ToText(BigInteger value)
    {
        // log10(2) = 0.30103
        if (value.GetBitLength() * 0.30103 > MaxDigits + 1)
        {
            throw PythonException.Value($"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The digit of a character in bases up to 36, also of other scripts' decimal digits; -1 if it is none.</summary>
    public static int DigitOf(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'z' => c - 'a' + 10,
        >= 'A' and <= 'Z' => c - 'A' + 10,
        > '\u007f' when char.IsDigit(c) => (int)char.GetNumericValue(c),
        _ => -1,
    };

    /// <summary>Parses as <c>int(text, base)</c> does: blanks around, a sign, a prefix, underscores between digits.</summary>
    public static bool TryParse(string text, int radix, out BigInteger value)
    {
        value = default;
        ReadOnlySpan<char> s = Characters.Strip(text);
        bool isNegative = s.Length > 0 && s[0] == '-';
        if (s.Length > 0 && s[0] is '+' or '-')
        {
            s = s[1..];
        }

        int prefix = s.Length > 1 && s[0] == '0' ? char.ToLowerInvariant(s[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        bool isAutomatic = radix == 0;
        bool hasPrefix = prefix != 0 && (isAutomatic || radix == prefix);
        if (hasPrefix)
        {
            s = s[2..];
            s = s.Length > 0 && s[0] == '_' ? s[1..] : s;
            radix = prefix;
        }

        radix = radix == 0 ? 10 : radix;
        if (s.Length == 0 || s.Length > MaxDigits || s[^1] == '_' || s[0] == '_')
        {
            return false;
        }

        for (int i = 0; i < s.Length; i++)
        {
            if (s[i] == '_' && s[i - 1] != '_')
            {
                continue;
            }

            int digit = DigitOf(s[i]);
            if (digit < 0 || digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
        }

        if (isAutomatic && !hasPrefix && s.Length > 1 && s[0] == '0' && !value.IsZero)
        {
            return false; // 010 is ambiguous, so base 0 refuses it
        }

        value = isNegative ? -value : value;
        return true;
    }
}
