using System.Numerics;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Arithmetic and comparison of numbers with Python's rules.</summary>
internal static class PythonNumbers
{
    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    public static bool AreEqual(object a, object b)
    {
        if (a is long x && b is long y)
        {
            return x == y;
        }

        if (a is double || b is double)
        {
            return !double.IsNaN(Approximate(a)) && !double.IsNaN(Approximate(b)) && Compare(a, b) == 0;
        }

        Integers.TryGet(a, out BigInteger left);
        Integers.TryGet(b, out BigInteger right);
        return left == right;
    }

    /// <summary>Order of two numbers, exact also between large integers and floats; NaN must be excluded before.</summary>
    public static int Compare(object a, object b)
    {
        if (a is long x && b is long y)
        {
            return x.CompareTo(y);
        }

        if (a is double p && b is double q)
        {
            return p.CompareTo(q);
        }

        if (a is double d)
        {
            return -CompareToDouble(b, d);
        }

        if (b is double e)
        {
            return CompareToDouble(a, e);
        }

        Integers.TryGet(a, out BigInteger left);
        Integers.TryGet(b, out BigInteger right);
        return left.CompareTo(right);
    }

    /// <summary>The number as a float, infinite where it is too large.</summary>
    public static double Approximate(object value) => value switch
    {
        double d => d,
        long n => n,
        bool b => b ? 1 : 0,
        BigInteger big => (double)RoundToDouble(big),
        _ => throw new InvalidOperationException("not a number"),
    };

    /// <summary>The number as a float; an integer beyond its range raises.</summary>
    public static double ToDouble(object value)
    {
        double approximate = Approximate(value);
        return double.IsInfinity(approximate) && value is BigInteger ? throw PythonException.Overflow("int too large to convert to float") : approximate;
    }

    public static object Add(object a, object b)
    {
        if (a is long x && b is long y)
        {
            long sum = unchecked(x + y);
            return ((x ^ sum) & (y ^ sum)) < 0 ? Integers.Box((BigInteger)x + y) : Integers.Box(sum);
        }

        return a is double || b is double ? ToDouble(a) + ToDouble(b) : Integers.Box(Big(a) + Big(b));
    }

    public static object Subtract(object a, object b) => a is double || b is double ? ToDouble(a) - ToDouble(b) : Integers.Box(Big(a) - Big(b));

    public static object Multiply(object a, object b)
    {
        if (a is double || b is double)
        {
            return ToDouble(a) * ToDouble(b);
        }

        BigInteger left = Big(a);
        BigInteger right = Big(b);
        return left.GetBitLength() + right.GetBitLength() > Integers.MaxBits ? throw PythonException.Overflow("integer too large") : Integers.Box(left * right);
    }

    public static object Divide(object a, object b)
    {
        if (a is double || b is double)
        {
            double divisor = ToDouble(b);
            return divisor == 0 ? throw PythonException.ZeroDivision("float division by zero") : ToDouble(a) / divisor;
        }

        BigInteger denominator = Big(b);
        if (denominator.IsZero)
        {
            throw PythonException.ZeroDivision("division by zero");
        }

        return DivideIntegers(Big(a), denominator);
    }

    public static object FloorDivide(object a, object b)
    {
        if (a is double || b is double)
        {
            (double quotient, _) = FloorDivMod(ToDouble(a), ToDouble(b), "float floor division by zero");
            return quotient;
        }

        BigInteger divisor = Big(b);
        if (divisor.IsZero)
        {
            throw PythonException.ZeroDivision("integer division or modulo by zero");
        }

        BigInteger result = BigInteger.DivRem(Big(a), divisor, out BigInteger rest);
        return Integers.Box(!rest.IsZero && rest.Sign != divisor.Sign ? result - 1 : result);
    }

    public static object Modulo(object a, object b)
    {
        if (a is double || b is double)
        {
            (_, double rest) = FloorDivMod(ToDouble(a), ToDouble(b), "float modulo");
            return rest;
        }

        BigInteger divisor = Big(b);
        if (divisor.IsZero)
        {
            throw PythonException.ZeroDivision("integer modulo by zero");
        }

        BigInteger remainder = BigInteger.Remainder(Big(a), divisor);
        return Integers.Box(!remainder.IsZero && remainder.Sign != divisor.Sign ? remainder + divisor : remainder);
    }

    public static object Power(object a, object b)
    {
        if (a is double || b is double || Big(b).Sign < 0)
        {
            double x = ToDouble(a);
            double y = ToDouble(b);
            if (x == 0 && y < 0)
            {
                throw PythonException.ZeroDivision("0.0 cannot be raised to a negative power");
            }

            if (x < 0 && double.IsFinite(x) && double.IsFinite(y) && y != Math.Floor(y))
            {
                throw PythonException.Type("a negative number to a fractional power is complex, which templates cannot use");
            }

            double power = Math.Pow(x, y);
            return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y) ? throw PythonException.Overflow("(34, 'Numerical result out of range')") : power;
        }

        BigInteger value = Big(a);
        BigInteger exponent = Big(b);
        bool isTrivial = value.IsZero || value.IsOne || value == BigInteger.MinusOne;
        if (isTrivial)
        {
            return Integers.Box(exponent.IsZero ? BigInteger.One : value == BigInteger.MinusOne && exponent.IsEven ? BigInteger.One : value);
        }

        return exponent * value.GetBitLength() > Integers.MaxBits ? throw PythonException.Overflow("integer too large") : Integers.Box(BigInteger.Pow(value, (int)exponent));
    }

    private static BigInteger Big(object value)
    {
        Integers.TryGet(value, out BigInteger number);
        return number;
    }

    private static int CompareToDouble(object integer, double d)
    {
        if (double.IsInfinity(d))
        {
            return d > 0 ? -1 : 1;
        }

        double floor = Math.Floor(d);
        int order = Big(integer).CompareTo(new BigInteger(floor));
        return order == 0 && d > floor ? -1 : order;
    }

    private static double DivideIntegers(BigInteger a, BigInteger b)
    {
        // Below 2^53 both are exact, so one rounding is the right one.
        const long Exact = 1L << 53;
        if (BigInteger.Abs(a) <= Exact && BigInteger.Abs(b) <= Exact)
        {
            return (double)a / (double)b;
        }

        int shift = 66 - (int)(a.GetBitLength() - b.GetBitLength());
        BigInteger numerator = shift > 0 ? a << shift : a;
        BigInteger denominator = shift < 0 ? b << -shift : b;
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        quotient = rest.IsZero ? quotient : (quotient << 1) + ((quotient.Sign < 0 || (quotient.IsZero && a.Sign * b.Sign < 0)) ? -1 : 1);
        int scale = rest.IsZero ? shift : shift + 1;
        double result = Math.ScaleB((double)RoundToDouble(quotient), -scale);
        return double.IsInfinity(result) ? throw PythonException.Overflow("integer division result too large for a float") : result;
    }

    /// <summary>Rounds to 53 bits, halves to even; the conversion of the framework truncates.</summary>
    private static BigInteger RoundToDouble(BigInteger value)
    {
        int excess = (int)BigInteger.Abs(value).GetBitLength() - 53;
        if (excess <= 0)
        {
            return value;
        }

        BigInteger magnitude = BigInteger.Abs(value);
        BigInteger kept = magnitude >> excess;
        BigInteger rest = magnitude - (kept << excess);
        int half = rest.CompareTo(BigInteger.One << (excess - 1));
        kept = half > 0 || (half == 0 && !kept.IsEven) ? kept + 1 : kept;
        return (kept << excess) * value.Sign;
    }

    private static (double Quotient, double Remainder) FloorDivMod(double x, double y, string zero)
    {
        if (y == 0)
        {
            throw PythonException.ZeroDivision(zero);
        }

        double rest = x % y;
        double quotient = (x - rest) / y;
        if (rest != 0 && (y < 0) != (rest < 0))
        {
            rest += y;
            quotient -= 1;
        }
        else if (rest == 0)
        {
            rest = Math.CopySign(0, y);
        }

        double floor = quotient == 0 ? Math.CopySign(0, x / y) : Math.Floor(quotient);
        floor = quotient - floor > 0.5 ? floor + 1 : floor;
        return (floor, rest);
    }
}
