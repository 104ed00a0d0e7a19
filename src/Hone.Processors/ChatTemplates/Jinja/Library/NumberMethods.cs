using System.Collections.Frozen;
using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The attributes and methods of <c>int</c>, <c>bool</c> and <c>float</c>.</summary>
internal static class NumberMethods
{
    private static readonly FrozenDictionary<string, Method> s_integer = Attributes.Table(
        new Method("bit_length", "", (_, self, _) => Integers.Box((long)BigInteger.Abs(Big(self)).GetBitLength())),
        new Method("bit_count", "", (_, self, _) => Integers.Box(BitCount(Big(self)))),
        new Method("conjugate", "", (_, self, _) => Integers.Box(Big(self))),
        new Method("is_integer", "", (_, _, _) => true),
        new Method("as_integer_ratio", "", (_, self, _) => new PyTuple(Integers.Box(Big(self)), Integers.Box(1L))),
        new Method("to_bytes", "length? byteorder?", (state, self, a) => ToBytes(state, Big(self), Argument.Int(a[0], 1), Argument.IsGiven(a[1]) ? Argument.Text(a[1], "to_bytes()") : "big")));

    private static readonly FrozenDictionary<string, Method> s_float = Attributes.Table(
        new Method("is_integer", "", (_, self, _) => double.IsFinite((double)self) && Math.Floor((double)self) == (double)self),
        new Method("conjugate", "", (_, self, _) => self),
        new Method("as_integer_ratio", "", (_, self, _) => Ratio((double)self)),
        new Method("hex", "", (_, self, _) => Hex((double)self)));

    public static bool TryInteger(object value, string name, out object? attribute)
    {
        attribute = name switch
        {
            "real" or "numerator" => Integers.Box(Big(value)),
            "imag" => Integers.Box(0L),
            "denominator" => Integers.Box(1L),
            _ => null,
        };
        return attribute is not null || Attributes.TryMethod(s_integer, value, name, out attribute);
    }

    public static bool TryFloat(object value, string name, out object? attribute)
    {
        attribute = name switch
        {
            "real" => value,
            "imag" => 0.0,
            _ => null,
        };
        return attribute is not null || Attributes.TryMethod(s_float, value, name, out attribute);
    }

    private static BigInteger Big(object value)
    {
        Integers.TryGet(value, out BigInteger number);
        return number;
    }

    private static long BitCount(BigInteger value) => BigInteger.Abs(value).ToByteArray().Sum(b => (long)BitOperations.PopCount(b));

    private static PyBytes ToBytes(RenderState state, BigInteger value, int length, string order)
    {
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > Math.Max(length, value.IsZero ? 1 : 0))
        {
            throw PythonException.Overflow(value.Sign < 0 ? "can't convert negative int to unsigned" : "int too big to convert");
        }

        state.ChargeText(length);
        var bytes = new byte[Math.Max(0, length)];
        value.ToByteArray(isUnsigned: true).AsSpan(0, Math.Min(value.GetByteCount(isUnsigned: true), bytes.Length)).CopyTo(bytes);
        if (order == "big")
        {
            Array.Reverse(bytes);
        }

        return order is "big" or "little" ? new PyBytes(bytes) : throw PythonException.Value("byteorder must be either 'little' or 'big'");
    }

    private static PyTuple Ratio(double value)
    {
        BigInteger numerator = PythonFloat.Truncate(value);
        BigInteger denominator = BigInteger.One;
        while (value != Math.Floor(value))
        {
            value *= 2;
            denominator *= 2;
            numerator = new BigInteger(value);
        }

        return new PyTuple(Integers.Box(numerator), Integers.Box(denominator));
    }

    private static string Hex(double value)
    {
        if (!double.IsFinite(value))
        {
            return PythonFloat.Repr(value);
        }

        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & ((1L << 52) - 1);
        string sign = bits < 0 ? "-" : "";
        if (exponent == 0 && mantissa == 0)
        {
            return sign + "0x0.0p+0";
        }

        int power = exponent == 0 ? -1022 : exponent - 1023;
        return $"{sign}0x{(exponent == 0 ? 0 : 1)}.{mantissa:x13}p{(power < 0 ? "-" : "+")}{Math.Abs(power)}";
    }
}
