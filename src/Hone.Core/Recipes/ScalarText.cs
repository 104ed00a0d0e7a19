using System.Globalization;
using System.Reflection;
using System.Text;
using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Gives single values their type and writes them back: numbers, booleans, text, choices, durations.</summary>
internal static class ScalarText
{
    private const string DurationForm = "a duration such as 90s, 5m or 1h30m";

    private static readonly (string Unit, TimeSpan Length)[] DurationUnits =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Whether values of a type are single values.</summary>
    public static bool Supports(Type type) =>
        type == typeof(string) || type == typeof(bool) || IsInteger(type) || IsFloat(type) || type == typeof(TimeSpan) || type.IsEnum || FormOf(type) is not null;

    /// <summary>Whether values of a type are written as text, which YAML may need to quote.</summary>
    public static bool IsText(Type type) => type != typeof(bool) && !IsInteger(type) && !IsFloat(type);

    /// <summary>Completes "must be …" for a type.</summary>
    public static string Describe(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when IsInteger(type) => "a whole number",
        _ when IsFloat(type) => "a number",
        _ when type == typeof(TimeSpan) => DurationForm,
        _ when type.IsEnum => KeyText.Quoted(Choices(type)).Replace("'", "", StringComparison.Ordinal),
        _ => FormOf(type)!.Expected, // Supports() was asked before
    };

    /// <summary>The names of an enum in snake_case.</summary>
    public static IReadOnlyList<string> Choices(Type type) => [.. Enum.GetNames(type).Select(KeyText.FromName)];

    /// <summary>Gives a value its type.</summary>
    /// <returns>The value, or <see langword="null"/> with notes that say more than <see cref="Describe"/> does.</returns>
    public static (object? Value, IReadOnlyList<string> Notes) Parse(ScalarNode scalar, Type type)
    {
        string text = scalar.Text;
        if (type == typeof(string))
        {
            return (text, []);
        }

        if (FormOf(type) is not null)
        {
            return (ParseForm(text, type), []);
        }

        if (type == typeof(TimeSpan))
        {
            return (ParseDuration(text), []);
        }

        if (type.IsEnum)
        {
            return ParseChoice(text, type);
        }

        if (scalar.IsQuoted)
        {
            return (null, ["a quoted value is text; remove the quotes"]);
        }

        return type == typeof(bool) ? ParseBoolean(text) : IsInteger(type) ? ParseInteger(text, type) : ParseFloat(text, type);
    }

    /// <summary>Writes a value in the form that <see cref="Parse"/> reads back to the same value.</summary>
    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        float number => FormatFloat(number, number.ToString("R", CultureInfo.InvariantCulture)),
        double number => FormatFloat(number, number.ToString("R", CultureInfo.InvariantCulture)),
        TimeSpan span => FormatDuration(span),
        Enum choice => KeyText.FromName(choice.ToString()),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static bool IsInteger(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(ulong);

    private static bool IsFloat(Type type) => type == typeof(float) || type == typeof(double);

    private static ScalarFormAttribute? FormOf(Type type) => type.GetCustomAttribute<ScalarFormAttribute>();

    private static object? ParseForm(string text, Type type)
    {
        MethodInfo parse = type.GetMethod("TryParse", [typeof(string), typeof(IFormatProvider), type.MakeByRefType()])
            ?? throw new InvalidOperationException($"{type.FullName} has [ScalarForm] but no public TryParse(string, IFormatProvider, out {type.Name}).");
        object?[] arguments = [text, CultureInfo.InvariantCulture, null];
        return parse.Invoke(null, arguments) is true ? arguments[2] : null;
    }

    private static (object?, IReadOnlyList<string>) ParseBoolean(string text) => text switch
    {
        "true" => (true, []),
        "false" => (false, []),
        _ when text.ToLowerInvariant() is "true" or "yes" or "on" or "y" => (null, ["did you mean true?"]),
        _ when text.ToLowerInvariant() is "false" or "no" or "off" or "n" => (null, ["did you mean false?"]),
        _ => (null, []),
    };

    private static (object?, IReadOnlyList<string>) ParseChoice(string text, Type type)
    {
        IReadOnlyList<string> choices = Choices(type);
        int index = choices.ToList().IndexOf(text);
        if (index >= 0)
        {
            return (Enum.Parse(type, Enum.GetNames(type)[index]), []);
        }

        IReadOnlyList<string> similar = NearestNames.Similar(text, choices);
        return (null, similar.Count > 0 ? [$"did you mean {KeyText.Quoted(similar)}?"] : []);
    }

    // YAML 1.2 core schema: decimal, 0o octal, 0x hexadecimal.
    private static (object?, IReadOnlyList<string>) ParseInteger(string text, Type type)
    {
        bool negative = text.StartsWith('-');
        string digits = text.TrimStart('-', '+');
        bool oneSign = text.Length - digits.Length <= 1;
        UInt128? magnitude = !oneSign ? null
            : digits.StartsWith("0x", StringComparison.Ordinal) ? Magnitude(digits[2..], 16)
            : digits.StartsWith("0o", StringComparison.Ordinal) ? Magnitude(digits[2..], 8)
            : Magnitude(digits, 10);
        if (magnitude is null)
        {
            bool integral = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number == Math.Floor(number) && Math.Abs(number) < 1e15;
            return (null, integral ? [$"write {number:F0}"] : []);
        }

        Int128 value = negative ? -(Int128)magnitude.Value : (Int128)magnitude.Value;
        (Int128 low, Int128 high) = type == typeof(int) ? (int.MinValue, int.MaxValue) : type == typeof(long) ? (long.MinValue, long.MaxValue) : ((Int128)0, (Int128)ulong.MaxValue);
        if (value < low || value > high)
        {
            return (null, [$"between {low} and {high}"]);
        }

        return (type == typeof(int) ? (int)value : type == typeof(long) ? (object)(long)value : (ulong)value, []);
    }

    private static UInt128? Magnitude(string digits, uint radix)
    {
        UInt128 value = 0;
        foreach (char c in digits)
        {
            uint digit = char.IsAsciiHexDigit(c) ? (uint)Convert.FromHexString($"0{c}")[0] : radix;
            if (digit >= radix)
            {
                return null;
            }

            value = UInt128.Min(value * radix + digit, (UInt128)1 << 80); // far above every integer type, below overflow
        }

        return digits.Length == 0 ? null : value;
    }

    // YAML 1.2 core schema; NaN is refused because no option means it.
    private static (object?, IReadOnlyList<string>) ParseFloat(string text, Type type)
    {
        double number;
        if (text is ".inf" or "+.inf" or "-.inf")
        {
            number = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }
        else if (!text.All(c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-')
            || !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number))
        {
            return (null, text.Contains(',', StringComparison.Ordinal) ? ["the decimal separator is a point"] : []);
        }
        else if (double.IsInfinity(number) || (type == typeof(float) && float.IsInfinity((float)number)))
        {
            return (null, [$"the largest is {(type == typeof(float) ? Format(float.MaxValue) : Format(double.MaxValue))}; .inf is infinity"]);
        }

        return (type == typeof(float) ? (float)number : (object)number, []);
    }

    private static TimeSpan? ParseDuration(string text)
    {
        TimeSpan total = TimeSpan.Zero;
        int position = 0;
        while (position < text.Length)
        {
            int unitStart = position;
            while (unitStart < text.Length && (char.IsAsciiDigit(text[unitStart]) || text[unitStart] == '.'))
            {
                unitStart++;
            }

            int end = unitStart;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                end++;
            }

            TimeSpan length = DurationUnits.FirstOrDefault(unit => unit.Unit == text[unitStart..end]).Length;
            bool valid = double.TryParse(text[position..unitStart], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount);
            if (!valid || length == TimeSpan.Zero || amount * length.TotalDays > 36_500) // a century; beyond it TimeSpan could overflow
            {
                return null;
            }

            total += amount * length;
            position = end;
        }

        return text.Length == 0 ? null : total;
    }

    private static string FormatDuration(TimeSpan span)
    {
        var text = new StringBuilder();
        foreach ((string unit, TimeSpan length) in DurationUnits)
        {
            if (unit == "ms")
            {
                if (span > TimeSpan.Zero)
                {
                    text.Append(span.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture)).Append(unit);
                }
            }
            else if (span >= length)
            {
                long whole = span.Ticks / length.Ticks;
                text.Append(whole).Append(unit);
                span -= whole * length;
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static string FormatFloat(double number, string text) =>
        double.IsInfinity(number) ? (number < 0 ? "-.inf" : ".inf") : text.Replace("E", "e", StringComparison.Ordinal);
}
