using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>The mini-language after the colon of a replacement field: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
/// <remarks>Source: the Python library reference, "Format Specification Mini-Language".</remarks>
internal readonly struct FormatSpec
{
    private FormatSpec(string fill, char align, char sign, bool isAlternate, int width, char grouping, int precision, char type)
    {
        Fill = fill;
        Align = align;
        Sign = sign;
        IsAlternate = isAlternate;
        Width = width;
        Grouping = grouping;
        Precision = precision;
        Type = type;
    }

    private string Fill { get; }

    private char Align { get; }

    private char Sign { get; }

    private bool IsAlternate { get; }

    private int Width { get; }

    private char Grouping { get; }

    private int Precision { get; }

    private char Type { get; }

    /// <summary>Formats one value.</summary>
    public static string Format(RenderState state, object? value, string spec)
    {
        if (spec.Length == 0)
        {
            return PythonOperators.Str(state, value);
        }

        FormatSpec parsed = Parse(spec);
        state.ChargeText(parsed.Width);
        state.ChargeText(Math.Max(0, parsed.Precision));
        string text = value switch
        {
            string s => parsed.Text(s),
            Markup markup => parsed.Text(markup.Text),
            double d => parsed.Number(Math.Abs(d), double.IsNegative(d) && !double.IsNaN(d)),
            _ when Integers.TryGet(value, out BigInteger n) => parsed.Integer(n),
            _ => throw PythonException.Type($"unsupported format string passed to {PythonTypes.NameOf(value)}.__format__"),
        };
        state.ChargeText(text.Length);
        return text;
    }

    /// <summary>Digits of a float in one of the presentation types, without a sign.</summary>
    public static string Digits(double magnitude, char type, int precision, bool isAlternate)
    {
        bool isUpper = char.IsUpper(type);
        if (!double.IsFinite(magnitude))
        {
            string name = double.IsNaN(magnitude) ? "nan" : "inf";
            return isUpper ? name.ToUpperInvariant() : name;
        }

        string digits = char.ToLowerInvariant(type) switch
        {
            'e' => Exponential(magnitude, precision, isAlternate),
            'f' => PythonFloat.ToFixed(magnitude, precision) + (precision == 0 && isAlternate ? "." : ""),
            _ => General(magnitude, Math.Max(precision, 1), isAlternate),
        };
        return isUpper ? digits.ToUpperInvariant() : digits;
    }

    /// <summary>Digits of an integer in a base, with its prefix if asked for.</summary>
    public static string Digits(BigInteger magnitude, char type, bool hasPrefix) => type switch
    {
        'x' => (hasPrefix ? "0x" : "") + Radix(magnitude, 16),
        'X' => (hasPrefix ? "0X" : "") + Radix(magnitude, 16).ToUpperInvariant(),
        'o' => (hasPrefix ? "0o" : "") + Radix(magnitude, 8),
        'b' => (hasPrefix ? "0b" : "") + Radix(magnitude, 2),
        _ => Integers.ToText(magnitude),
    };

    private static FormatSpec Parse(string spec)
    {
        int at = 0;
        string fill = " ";
        char align = '\0';
        int first = spec.Length > 0 ? Characters.Width(spec, 0) : 0;
        if (spec.Length > first && spec[first] is '<' or '>' or '=' or '^')
        {
            (fill, align, at) = (spec[..first], spec[first], first + 1);
        }
        else if (spec[0] is '<' or '>' or '=' or '^')
        {
            (align, at) = (spec[0], 1);
        }

        char sign = at < spec.Length && spec[at] is '+' or '-' or ' ' ? spec[at++] : '-';
        at += at < spec.Length && spec[at] == 'z' ? 1 : 0;
        bool isAlternate = at < spec.Length && spec[at] == '#';
        at += isAlternate ? 1 : 0;
        if (at < spec.Length && spec[at] == '0')
        {
            (fill, align) = align == '\0' ? ("0", '=') : (fill == " " && at == 1 ? "0" : fill, align);
            at++;
        }

        int width = Number(spec, ref at, -1);
        char grouping = at < spec.Length && spec[at] is ',' or '_' ? spec[at++] : '\0';
        int precision = -1;
        if (at < spec.Length && spec[at] == '.')
        {
            at++;
            precision = Number(spec, ref at, -1);
            precision = precision >= 0 ? precision : throw PythonException.Value("Format specifier missing precision");
        }

        char type = at < spec.Length ? spec[at++] : '\0';
        return at == spec.Length ? new FormatSpec(fill, align, sign, isAlternate, width, grouping, precision, type) : throw PythonException.Value("Invalid format specifier");
    }

    private static int Number(string spec, ref int at, int fallback)
    {
        int start = at;
        long number = 0;
        while (at < spec.Length && char.IsAsciiDigit(spec[at]))
        {
            number = Math.Min((number * 10) + spec[at++] - '0', int.MaxValue);
        }

        return at > start ? (int)number : fallback;
    }

    private string Text(string text)
    {
        if (Type is not ('\0' or 's'))
        {
            throw PythonException.Value($"Unknown format code '{Type}' for object of type 'str'");
        }

        if (Grouping != '\0')
        {
            throw PythonException.Value($"Cannot specify '{Grouping}' with 's'.");
        }

        if (Align == '=')
        {
            throw PythonException.Value("'=' alignment not allowed in string format specifier");
        }

        if (Precision >= 0)
        {
            text = text[..Characters.UnitsBefore(text, Precision)];
        }

        return Pad("", text, Align == '\0' ? '<' : Align);
    }

    private string Integer(BigInteger value)
    {
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
        {
            double number = PythonNumbers.ToDouble(Integers.Box(value));
            return Number(Math.Abs(number), number < 0);
        }

        if (Type == 'c')
        {
            return Pad("", Characters.ToText((int)BigInteger.Clamp(value, 0, 0x10FFFF)), Align == '\0' ? '<' : Align);
        }

        if (Type is not ('\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b'))
        {
            throw PythonException.Value($"Unknown format code '{Type}' for object of type 'int'");
        }

        if (Precision >= 0)
        {
            throw PythonException.Value("Precision not allowed in integer format specifier");
        }

        string digits = Digits(BigInteger.Abs(value), Type, hasPrefix: false);
        string prefix = IsAlternate && Type is 'x' or 'X' or 'o' or 'b' ? "0" + Type : "";
        return Signed(Group(digits, Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3), value.Sign < 0, prefix);
    }

    private string Number(double magnitude, bool isNegative)
    {
        if (Type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'))
        {
            throw PythonException.Value($"Unknown format code '{Type}' for object of type 'float'");
        }

        string digits = Type switch
        {
            '\0' when Precision < 0 => PythonFloat.Repr(magnitude),
            '\0' => AtLeastOneDecimal(Digits(magnitude, 'g', Precision, IsAlternate)),
            '%' => Digits(magnitude * 100, 'f', Precision < 0 ? 6 : Precision, IsAlternate) + "%",
            'n' => Digits(magnitude, 'g', Precision < 0 ? 6 : Precision, IsAlternate),
            _ => Digits(magnitude, Type, Precision < 0 ? 6 : Precision, IsAlternate),
        };
        return Signed(Group(digits, 3), isNegative, "");
    }

    private static string AtLeastOneDecimal(string digits) => digits.Any(c => c is '.' or 'e' or 'n') ? digits : digits + ".0";

    private string Signed(string digits, bool isNegative, string prefix)
    {
        string sign = (isNegative ? "-" : Sign == '-' ? "" : Sign.ToString()) + prefix;
        return Pad(sign, digits, Align == '\0' ? '>' : Align);
    }

    private string Group(string digits, int size)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        int end = digits.AsSpan().IndexOfAny('.', 'e', '%') is var at and >= 0 ? at : digits.Length;
        for (int i = end - size; i > 0; i -= size)
        {
            digits = digits.Insert(i, Grouping.ToString());
        }

        return digits;
    }

    private string Pad(string sign, string text, char align)
    {
        int missing = Width - Characters.Length(text) - sign.Length;
        if (missing <= 0)
        {
            return sign + text;
        }

        if (align == '=' && Fill == "0" && Grouping != '\0')
        {
            return ZeroGroups(sign, text);
        }

        return align switch
        {
            '<' => sign + text + Times(missing),
            '^' => Times(missing / 2) + sign + text + Times(missing - (missing / 2)),
            '=' => sign + Times(missing) + text,
            _ => Times(missing) + sign + text,
        };
    }

    /// <summary>Leading zeros take separators too, and one zero more where a separator would lead.</summary>
    private string ZeroGroups(string sign, string text)
    {
        int size = Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3;
        string digits = text.Replace(Grouping.ToString(), "");
        string grouped = text;
        while (grouped.Length + sign.Length < Width)
        {
            digits = "0" + digits;
            grouped = Group(digits, size);
        }

        return sign + grouped;
    }

    private string Times(int count) => Fill.Length == 1 ? new string(Fill[0], count) : string.Concat(Enumerable.Repeat(Fill, count));

    private static string Exponential(double magnitude, int precision, bool isAlternate)
    {
        (string digits, int exponent) = PythonFloat.ToSignificant(magnitude, precision + 1);
        return PythonFloat.Scientific(digits, exponent, isAlternate);
    }

    private static string General(double magnitude, int precision, bool isAlternate)
    {
        (string digits, int exponent) = PythonFloat.ToSignificant(magnitude, precision);
        bool isScientific = exponent < -4 || exponent >= precision;
        if (!isAlternate)
        {
            string trimmed = digits.TrimEnd('0');
            digits = trimmed.Length == 0 ? "0" : trimmed;
        }

        return isScientific ? PythonFloat.Scientific(digits, exponent, isAlternate) : PythonFloat.Fixed(digits, exponent, alwaysPoint: false) + (isAlternate && digits.Length <= exponent + 1 ? "." : "");
    }

    private static string Radix(BigInteger magnitude, int radix)
    {
        if (magnitude.IsZero)
        {
            return "0";
        }

        int bits = BitOperations.Log2((uint)radix);
        byte[] bytes = magnitude.ToByteArray(isUnsigned: true);
        long count = (magnitude.GetBitLength() + bits - 1) / bits;
        var digits = new char[count];
        for (int i = 0; i < digits.Length; i++)
        {
            int bit = i * bits;
            int window = bytes[bit / 8] | (bit / 8 + 1 < bytes.Length ? bytes[(bit / 8) + 1] << 8 : 0);
            digits[^(i + 1)] = "0123456789abcdef"[(window >> (bit % 8)) & (radix - 1)];
        }

        return new string(digits);
    }
}
