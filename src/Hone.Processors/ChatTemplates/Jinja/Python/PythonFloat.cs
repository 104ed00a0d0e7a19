using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Floats written and read as Python does.</summary>
internal static class PythonFloat
{
    // float.__repr__ switches to an exponent below 1e-4 and from 1e16.
    private const int MinFixedExponent = -4;
    private const int MaxFixedExponent = 16;
    private const int MantissaBits = 52;
    private const int ExponentBias = 1075;

    /// <summary>The shortest text that reads back as the same number, in Python's layout.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        string roundTrip = value.ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = Digits(roundTrip);
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is >= MinFixedExponent and < MaxFixedExponent)
        {
            return sign + Fixed(digits, exponent, alwaysPoint: true);
        }

        return sign + Scientific(digits, exponent);
    }

    /// <summary>Parses as <c>float(text)</c> does.</summary>
    public static bool TryParse(string text, out double value)
    {
        value = 0;
        string s = Characters.Strip(text).ToString();
        string plain = s.TrimStart('+', '-');
        if (s.Length - plain.Length > 1 || plain.Length == 0)
        {
            return false;
        }

        switch (plain.ToLowerInvariant())
        {
            case "inf" or "infinity":
                value = s[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
                return true;
            case "nan":
                value = double.NaN;
                return true;
        }

        for (int i = 0; i < plain.Length; i++)
        {
            bool isSeparator = plain[i] == '_' && i > 0 && i + 1 < plain.Length && char.IsAsciiDigit(plain[i - 1]) && char.IsAsciiDigit(plain[i + 1]);
            if (!char.IsAsciiDigit(plain[i]) && plain[i] is not ('.' or 'e' or 'E' or '+' or '-') && !isSeparator)
            {
                return false;
            }
        }

        return double.TryParse(s.Replace("_", ""), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The integer part, however large.</summary>
    public static BigInteger Truncate(double value)
    {
        if (double.IsNaN(value))
        {
            throw PythonException.Value("cannot convert float NaN to integer");
        }

        return double.IsInfinity(value) ? throw PythonException.Overflow("cannot convert float infinity to integer") : new BigInteger(value);
    }

    /// <summary>Rounds to a number of decimals, halves of the exact value to even, as <c>round(x, n)</c> does.</summary>
    public static double Round(double value, int decimals)
    {
        if (double.IsNaN(value) || double.IsInfinity(value) || value == 0 || decimals > 400)
        {
            return value;
        }

        if (decimals < -400)
        {
            return value * 0;
        }

        (BigInteger scaled, bool isNegative) = Scale(value, decimals);
        string text = $"{(isNegative ? "-" : "")}{scaled.ToString(CultureInfo.InvariantCulture)}E{-decimals}";
        double rounded = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsInfinity(rounded) ? throw PythonException.Overflow("rounded value too large to represent") : rounded;
    }

    /// <summary>Digits of the absolute value with a fixed number of decimals, as <c>%.nf</c> writes them.</summary>
    public static string ToFixed(double value, int decimals)
    {
        (BigInteger scaled, _) = Scale(value, decimals);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : string.Concat(digits.AsSpan(0, digits.Length - decimals), ".", digits.AsSpan(digits.Length - decimals));
    }

    /// <summary>Digits and decimal exponent of the absolute value rounded to a number of significant digits.</summary>
    public static (string Digits, int Exponent) ToSignificant(double value, int count)
    {
        if (value == 0)
        {
            return (new string('0', count), 0);
        }

        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        for (int guess = exponent - 1; ; guess++)
        {
            string digits = Scale(value, count - 1 - guess).Scaled.ToString(CultureInfo.InvariantCulture);
            if (digits.Length == count)
            {
                return (digits, guess);
            }
        }
    }

    /// <summary>Digits with the point after the first and an exponent of at least two digits.</summary>
    public static string Scientific(string digits, int exponent, bool alwaysPoint = false)
    {
        string fraction = digits.Length > 1 ? "." + digits[1..] : alwaysPoint ? "." : "";
        return $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>Digits with the point where the exponent puts it.</summary>
    public static string Fixed(string digits, int exponent, bool alwaysPoint)
    {
        var text = new StringBuilder();
        if (exponent < 0)
        {
            text.Append("0.").Append('0', -exponent - 1).Append(digits);
            return text.ToString();
        }

        if (digits.Length <= exponent + 1)
        {
            text.Append(digits).Append('0', exponent + 1 - digits.Length).Append(alwaysPoint ? ".0" : "");
            return text.ToString();
        }

        return text.Append(digits, 0, exponent + 1).Append('.').Append(digits, exponent + 1, digits.Length - exponent - 1).ToString();
    }

    /// <summary>|value| · 10^decimals, rounded to an integer with exact halves to even.</summary>
    private static (BigInteger Scaled, bool IsNegative) Scale(double value, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> MantissaBits) & 0x7FF);
        long mantissa = bits & ((1L << MantissaBits) - 1);
        mantissa = exponent == 0 ? mantissa << 1 : mantissa | (1L << MantissaBits);
        exponent -= ExponentBias;
        BigInteger numerator = mantissa;
        BigInteger denominator = BigInteger.One;
        if (exponent >= 0)
        {
            numerator <<= exponent;
        }
        else
        {
            denominator <<= -exponent;
        }

        if (decimals >= 0)
        {
            numerator *= BigInteger.Pow(10, decimals);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -decimals);
        }

        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int half = (rest * 2).CompareTo(denominator);
        return (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient, bits < 0);
    }

    private static (string Digits, int Exponent) Digits(string roundTrip)
    {
        string text = roundTrip.TrimStart('-');
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? mantissa : mantissa[..point];
        string digits = point < 0 ? mantissa : whole + mantissa[(point + 1)..];
        exponent += whole.Length - 1;
        string significant = digits.TrimStart('0');
        exponent -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.Length == 0 ? ("0", 0) : (significant, exponent);
    }
}
