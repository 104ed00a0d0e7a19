using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>The binary and unary operators, also of texts and lists.</summary>
internal static class PythonArithmetic
{
    public static object? Add(RenderState state, object? a, object? b)
    {
        if (a is string x && b is string y)
        {
            state.ChargeText((long)x.Length + y.Length);
            return x + y;
        }

        if (PythonNumbers.IsNumber(a) && PythonNumbers.IsNumber(b))
        {
            return PythonNumbers.Add(a!, b!);
        }

        RefuseUndefined(a, b);
        if (a is Markup or string && b is Markup or string)
        {
            string left = a is Markup m ? m.Text : Markup.EscapeText((string)a);
            string right = b is Markup n ? n.Text : Markup.EscapeText((string)b);
            state.ChargeText((long)left.Length + right.Length);
            return new Markup(left + right);
        }

        if ((a is PyList && b is PyList) || (a is PyTuple && b is PyTuple))
        {
            var first = (PySequence)a;
            var second = (PySequence)b;
            state.ChargeItems((long)first.Count + second.Count);
            object?[] items = [.. first.Items, .. second.Items];
            return a is PyList ? new PyList(items) : new PyTuple(items);
        }

        throw PythonException.Type(a switch
        {
            string => $"can only concatenate str (not \"{PythonTypes.NameOf(b)}\") to str",
            PySequence => $"can only concatenate {PythonTypes.NameOf(a)} (not \"{PythonTypes.NameOf(b)}\") to {PythonTypes.NameOf(a)}",
            _ => Unsupported("+", a, b),
        });
    }

    public static object? Subtract(object? a, object? b) => Numeric(a, b, "-") ? PythonNumbers.Subtract(a!, b!) : null;

    public static object? Multiply(RenderState state, object? a, object? b)
    {
        if (PythonNumbers.IsNumber(a) && PythonNumbers.IsNumber(b))
        {
            return PythonNumbers.Multiply(a!, b!);
        }

        RefuseUndefined(a, b);
        if (Integers.TryGet(b, out BigInteger count) && a is string or Markup or PySequence)
        {
            return Repeat(state, a, count);
        }

        if (Integers.TryGet(a, out count) && b is string or Markup or PySequence)
        {
            return Repeat(state, b, count);
        }

        throw PythonException.Type(a is string or PySequence ? $"can't multiply sequence by non-int of type '{PythonTypes.NameOf(b)}'" : Unsupported("*", a, b));
    }

    public static object? Divide(object? a, object? b) => Numeric(a, b, "/") ? PythonNumbers.Divide(a!, b!) : null;

    public static object? FloorDivide(object? a, object? b) => Numeric(a, b, "//") ? PythonNumbers.FloorDivide(a!, b!) : null;

    public static object? Modulo(RenderState state, object? a, object? b)
    {
        if (a is string or Markup)
        {
            string formatted = PercentFormat.Format(state, a is Markup m ? m.Text : (string)a, b, a is Markup);
            return a is Markup ? new Markup(formatted) : formatted;
        }

        return Numeric(a, b, "%") ? PythonNumbers.Modulo(a!, b!) : null;
    }

    public static object? Power(object? a, object? b) => Numeric(a, b, "** or pow()") ? PythonNumbers.Power(a!, b!) : null;

    public static object? Negate(object? value) => value switch
    {
        long n when n != long.MinValue => Integers.Box(-n),
        double d => -d,
        _ when Integers.TryGet(value, out BigInteger number) => Integers.Box(-number),
        _ => throw BadOperand("-", value),
    };

    public static object? Plus(object? value) => value switch
    {
        double => value,
        _ when Integers.TryGet(value, out BigInteger number) => Integers.Box(number),
        _ => throw BadOperand("+", value),
    };

    private static object Repeat(RenderState state, object value, BigInteger times)
    {
        int count = times.Sign <= 0 ? 0 : times > int.MaxValue ? int.MaxValue : (int)times;
        if (PythonTypes.TryText(value, out string text))
        {
            state.ChargeText((long)text.Length * count);
            string repeated = text.Length == 0 || count == 0 ? "" : text.Length == 1 ? new string(text[0], count) : string.Concat(Enumerable.Repeat(text, count));
            return value is Markup ? new Markup(repeated) : repeated;
        }

        object?[] items = ((PySequence)value).Items;
        state.ChargeItems((long)items.Length * count);
        var all = new object?[items.Length * count];
        for (int i = 0; i < count && items.Length > 0; i++)
        {
            items.CopyTo(all, i * items.Length);
        }

        return value is PyList ? new PyList(all) : new PyTuple(all);
    }

    private static bool Numeric(object? a, object? b, string sign)
    {
        if (PythonNumbers.IsNumber(a) && PythonNumbers.IsNumber(b))
        {
            return true;
        }

        RefuseUndefined(a, b);
        throw PythonException.Type(Unsupported(sign, a, b));
    }

    private static void RefuseUndefined(object? a, object? b) => (a as Undefined ?? b as Undefined)?.Fail();

    private static string Unsupported(string sign, object? a, object? b) => $"unsupported operand type(s) for {sign}: '{PythonTypes.NameOf(a)}' and '{PythonTypes.NameOf(b)}'";

    private static PythonException BadOperand(string sign, object? value)
    {
        (value as Undefined)?.Fail();
        return PythonException.Type($"bad operand type for unary {sign}: '{PythonTypes.NameOf(value)}'");
    }
}
