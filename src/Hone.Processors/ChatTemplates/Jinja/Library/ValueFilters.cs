using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Filters of numbers and of any value.</summary>
internal static class ValueFilters
{
    private const int BinaryUnit = 1024;
    private const int DecimalUnit = 1000;

    public static BuiltinFunction[] All { get; } =
    [
        new("default", "value default_value? boolean?", (_, a) => a[0] is Undefined || (Argument.IsTrue(a[2]) && !PythonOperators.IsTrue(a[0])) ? Argument.Or(a[1], "") : a[0]),
        new("abs", "x", (_, a) => Abs(a[0])),
        new("int", "value default? base?", Int),
        new("float", "value default?", (_, a) => TryFloat(a[0], out double number) ? number : Argument.Or(a[1], 0.0)),
        new("round", "value precision? method?", Round),
        new("filesizeformat", "value binary?", FileSize),
        new("attr", "obj name", Attr),
        new("pprint", "value", (state, a) => new PrettyPrinter(state).Print(a[0])),
        new("tojson", "x ensure_ascii? indent? separators? sort_keys?", ToJson),
    ];

    private static object? Abs(object? value) => value switch
    {
        double d => Math.Abs(d),
        _ when Integers.TryGet(value, out BigInteger number) => Integers.Box(BigInteger.Abs(number)),
        _ => throw PythonException.Type($"bad operand type for abs(): '{PythonTypes.NameOf(value)}'"),
    };

    private static object? Int(RenderState state, object?[] a)
    {
        (a[0] as Undefined)?.Fail();
        int radix = Argument.Int(a[2], 10);
        if (PythonTypes.TryText(a[0], out string text))
        {
            state.ChargeText(text.Length);
            if ((radix is 0 or (>= 2 and <= 36)) && Integers.TryParse(text, radix, out BigInteger parsed))
            {
                return Integers.Box(parsed);
            }
        }
        else if (Integers.TryGet(a[0], out BigInteger number))
        {
            return Integers.Box(number);
        }

        bool isFloat = TryFloat(a[0], out double value);
        if (isFloat && double.IsInfinity(value) && a[0] is double)
        {
            throw PythonException.Overflow("cannot convert float infinity to integer");
        }

        return isFloat && double.IsFinite(value) ? Integers.Box(PythonFloat.Truncate(value)) : Argument.Or(a[1], Integers.Box(0L));
    }

    private static bool TryFloat(object? value, out double number)
    {
        (value as Undefined)?.Fail();
        number = 0;
        if (PythonTypes.TryText(value, out string text))
        {
            return PythonFloat.TryParse(text, out number);
        }

        if (!PythonNumbers.IsNumber(value))
        {
            return false;
        }

        number = PythonNumbers.ToDouble(value!);
        return true;
    }

    private static object? Round(RenderState state, object?[] a)
    {
        int precision = Argument.Int(a[1]);
        string method = Argument.IsGiven(a[2]) && PythonTypes.TryText(a[2], out string name) ? name : Argument.IsGiven(a[2]) ? "" : "common";
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw PythonException.FilterArgument("method must be common, ceil or floor");
        }

        if (!PythonNumbers.IsNumber(a[0]))
        {
            (a[0] as Undefined)?.Fail();
            throw PythonException.Type($"type {PythonTypes.NameOf(a[0])} doesn't define __round__ method");
        }

        if (method == "common")
        {
            return a[0] is double d ? PythonFloat.Round(d, precision) : RoundInteger(a[0], precision);
        }

        object scale = PythonNumbers.Power(Integers.Box(10L), Integers.Box((long)precision));
        object scaled = PythonNumbers.Multiply(a[0]!, scale);
        object whole = scaled is double s ? Integers.Box(PythonFloat.Truncate(method == "ceil" ? Math.Ceiling(s) : Math.Floor(s))) : scaled;
        return PythonNumbers.Divide(whole, scale);
    }

    private static object RoundInteger(object? value, int precision)
    {
        Integers.TryGet(value, out BigInteger number);
        if (precision >= 0)
        {
            return Integers.Box(number);
        }

        if (-precision > number.GetBitLength())
        {
            return Integers.Box(0L);
        }

        BigInteger unit = BigInteger.Pow(10, -precision);
        BigInteger floor = (BigInteger)((BigInteger.Remainder(number, unit) + unit) % unit);
        BigInteger down = number - floor;
        int half = (floor * 2).CompareTo(unit);
        bool isUp = half > 0 || (half == 0 && !(down / unit).IsEven);
        return Integers.Box(isUp ? down + unit : down);
    }

    private static string FileSize(RenderState state, object?[] a)
    {
        if (!TryFloat(a[0], out double bytes))
        {
            throw PythonException.Value($"could not convert string to float: {PythonRepr.Of(a[0])}");
        }

        bool isBinary = Argument.IsTrue(a[1]);
        int unit = isBinary ? BinaryUnit : DecimalUnit;
        if (bytes == 1)
        {
            return "1 Byte";
        }

        if (bytes < unit)
        {
            return $"{PythonFloat.Truncate(bytes)} Bytes";
        }

        const string Prefixes = "kMGTPEZY";
        for (int i = 0; ; i++)
        {
            double next = Math.Pow(unit, i + 2);
            if (bytes < next || i == Prefixes.Length - 1)
            {
                char prefix = isBinary ? char.ToUpperInvariant(Prefixes[i]) : Prefixes[i];
                return $"{PythonFloat.ToFixed(unit * bytes / next, 1)} {prefix}{(isBinary ? "iB" : "B")}";
            }
        }
    }

    private static object? Attr(RenderState state, object?[] a)
    {
        (a[0] as Undefined)?.Fail();
        string name = Argument.Text(a[1], "attr()");
        return Attributes.TryGet(state, a[0], name, out object? attribute) ? attribute : Undefined.Of(a[0], name);
    }

    private static string ToJson(RenderState state, object?[] a)
    {
        string? indent = Argument.Or(a[2], null) switch
        {
            null => null,
            object value when PythonTypes.TryText(value, out string text) => text,
            object value => Blanks(state, Argument.Int(value)),
        };
        (string items, string keys) = (indent is null ? ", " : ",", ": ");
        if (Argument.Or(a[3], null) is { } separators)
        {
            object?[] pair = PythonOperators.Items(state, separators);
            (items, keys) = pair.Length == 2 ? (Argument.Text(pair[0], "tojson()"), Argument.Text(pair[1], "tojson()")) : throw PythonException.Value("not enough values to unpack (expected 2)");
        }

        return new PythonJson(state, Argument.IsTrue(a[1]), indent, items, keys, Argument.IsTrue(a[4])).Write(a[0]);
    }

    private static string Blanks(RenderState state, int count)
    {
        state.ChargeText(Math.Max(0, count));
        return new string(' ', Math.Max(0, count));
    }
}
