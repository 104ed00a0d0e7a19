using System.Numerics;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Formatting with the operator <c>%</c>.</summary>
/// <remarks>Source: the Python library reference, "printf-style String Formatting".</remarks>
internal static class PercentFormat
{
    private const int DefaultPrecision = 6;

    /// <summary>Fills the conversions of a format with a tuple's items, a mapping's values or one value.</summary>
    public static string Format(RenderState state, string format, object? argument, bool escapes)
    {
        object?[] items = argument is PyTuple tuple ? tuple.Items : [argument];
        var mapping = argument as PyDict;
        var text = new StringBuilder(format.Length + 16);
        int used = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            if (++i == format.Length)
            {
                throw PythonException.Value("incomplete format");
            }

            Conversion conversion = Conversion.Read(format, ref i, items, ref used);
            if (conversion.Type == '%')
            {
                text.Append('%');
                continue;
            }

            object? value = conversion.Key is null
                ? used < items.Length ? items[used++] : throw PythonException.Type("not enough arguments for format string")
                : mapping is null ? throw PythonException.Type("format requires a mapping")
                : mapping.TryGet(conversion.Key, out object? found) ? found : throw new PythonException("KeyError", PythonRepr.Of(conversion.Key));
            state.ChargeText(conversion.Width);
            string part = conversion.Apply(state, value);
            state.ChargeText(part.Length);
            text.Append(escapes && value is not Markup && conversion.Type is 's' or 'r' or 'a' ? Markup.EscapeText(part) : part);
            state.CheckOutput(text);
        }

        // What has items but is neither tuple nor text counts as a mapping, which need not be used.
        bool isMapping = argument is PyDict or PyList or PyRange or PyBytes or Undefined;
        if (used < items.Length && !isMapping)
        {
            throw PythonException.Type("not all arguments converted during string formatting");
        }

        return text.ToString();
    }

    private struct Conversion
    {
        public string? Key { get; private set; }

        public char Type { get; private set; }

        public int Width { get; private set; }

        private int Precision { get; set; }

        private bool IsLeft { get; set; }

        private bool IsZero { get; set; }

        private bool IsAlternate { get; set; }

        private string PositiveSign { get; set; }

        public static Conversion Read(string format, ref int at, object?[] items, ref int used)
        {
            var conversion = new Conversion { Precision = -1, PositiveSign = "" };
            if (format[at] == '(')
            {
                int depth = 1;
                int start = ++at;
                for (; at < format.Length && depth > 0; at++)
                {
                    depth += format[at] == '(' ? 1 : format[at] == ')' ? -1 : 0;
                }

                conversion.Key = depth == 0 ? format[start..(at - 1)] : throw PythonException.Value("incomplete format key");
            }

            for (; at < format.Length && format[at] is '-' or '+' or ' ' or '0' or '#'; at++)
            {
                conversion.IsLeft |= format[at] == '-';
                conversion.IsZero |= format[at] == '0';
                conversion.IsAlternate |= format[at] == '#';
                conversion.PositiveSign = format[at] == '+' ? "+" : format[at] == ' ' && conversion.PositiveSign.Length == 0 ? " " : conversion.PositiveSign;
            }

            conversion.Width = Number(format, ref at, items, ref used);
            if (conversion.Width < 0)
            {
                conversion.IsLeft = true;
                conversion.Width = -conversion.Width;
            }

            if (at < format.Length && format[at] == '.')
            {
                at++;
                conversion.Precision = Math.Max(0, Number(format, ref at, items, ref used));
            }

            for (; at < format.Length && format[at] is 'h' or 'l' or 'L'; at++)
            {
            }

            conversion.Type = at < format.Length ? format[at] : throw PythonException.Value("incomplete format");
            return conversion;
        }

        public readonly string Apply(RenderState state, object? value)
        {
            switch (Type)
            {
                case 's' or 'r' or 'a':
                    string text = Type == 's' ? PythonOperators.Str(state, value) : PythonRepr.Of(state, value);
                    text = Type == 'a' ? Ascii(text) : text;
                    return Pad("", Precision >= 0 ? text[..Characters.UnitsBefore(text, Precision)] : text, canZero: false);
                case 'c':
                    if (PythonTypes.TryText(value, out string letter) && Characters.Length(letter) == 1)
                    {
                        return Pad("", letter, canZero: false);
                    }

                    return Integers.TryGet(value, out BigInteger code) && code >= 0 && code < 0x110000
                        ? Pad("", Characters.ToText((int)code), canZero: false)
                        : throw PythonException.Type("%c requires int or char");
                case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                    return Integer(value);
                case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                    (value as Undefined)?.Fail();
                    double number = PythonNumbers.IsNumber(value) ? PythonNumbers.ToDouble(value!) : throw PythonException.Type($"must be real number, not {PythonTypes.NameOf(value)}");
                    state.ChargeText(Math.Max(0, Precision));
                    string digits = FormatSpec.Digits(Math.Abs(number), Type, Precision < 0 ? DefaultPrecision : Precision, IsAlternate);
                    return Pad(double.IsNegative(number) && !double.IsNaN(number) ? "-" : PositiveSign, digits, canZero: double.IsFinite(number));
                default:
                    throw PythonException.Value($"unsupported format character '{Type}' (0x{(int)Type:x})");
            }
        }

        private readonly string Integer(object? value)
        {
            (value as Undefined)?.Fail();
            bool isDecimal = Type is 'd' or 'i' or 'u';
            if (!Integers.TryGet(value, out BigInteger number))
            {
                number = value is double d && isDecimal
                    ? PythonFloat.Truncate(d)
                    : throw PythonException.Type($"%{Type} format: {(isDecimal ? "a real number" : "an integer")} is required, not {PythonTypes.NameOf(value)}");
            }

            string digits = FormatSpec.Digits(BigInteger.Abs(number), isDecimal ? 'd' : Type, hasPrefix: false);
            string prefix = IsAlternate && !isDecimal ? "0" + Type : "";
            return Pad((number.Sign < 0 ? "-" : PositiveSign) + prefix, digits.PadLeft(Math.Max(0, Math.Min(Precision, Integers.MaxBits)), '0'), canZero: true);
        }

        private readonly string Pad(string sign, string text, bool canZero)
        {
            int missing = Width - sign.Length - Characters.Length(text);
            if (missing <= 0)
            {
                return sign + text;
            }

            return IsLeft ? sign + text + new string(' ', missing) : IsZero && canZero ? sign + new string('0', missing) + text : new string(' ', missing) + sign + text;
        }

        private static int Number(string format, ref int at, object?[] items, ref int used)
        {
            if (at < format.Length && format[at] == '*')
            {
                at++;
                return used < items.Length ? Integers.ToIndex(items[used++]) : throw PythonException.Type("not enough arguments for format string");
            }

            long number = 0;
            for (; at < format.Length && char.IsAsciiDigit(format[at]); at++)
            {
                number = Math.Min((number * 10) + format[at] - '0', int.MaxValue);
            }

            return (int)number;
        }

        private static string Ascii(string text)
        {
            var ascii = new StringBuilder(text.Length);
            for (int i = 0; i < text.Length; i += Characters.Width(text, i))
            {
                int c = Characters.At(text, i);
                ascii.Append(c < 0x80 ? ((char)c).ToString() : c < 0x100 ? $"\\x{c:x2}" : c < 0x10000 ? $"\\u{c:x4}" : $"\\U{c:x8}");
            }

            return ascii.ToString();
        }
    }
}
