using System.Runtime.CompilerServices;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Logarithm, error function and the activation functions built on them, on vectors of any width.</summary>
/// <remarks>
/// The polynomials are Chebyshev fits of this project, computed with 40 digits on the intervals named beside them; absolute and relative errors
/// stay near 2e-7 (two to three units in the last place).
/// </remarks>
internal static class SimdActivations
{
    private const float Ln2High = 0.693359375f; // few bits: e · Ln2High is exact for every exponent e
    private const float Ln2Low = -2.12194440e-4f;
    private const float SqrtHalf = 0.70710678118654752f;
    private const float SqrtTwo = 1.41421356237309505f;
    private const float InverseSqrtTwoPi = 0.39894228040143268f;

    // GELU's tanh form: √(2/π) and the cubic coefficient. Source: arXiv:1606.08415, section 2.
    private const float SqrtTwoOverPi = 0.79788456080286536f;
    private const float GeluCubic = 0.044715f;

    // Below the smallest normal number the exponent field says nothing; 2^23 lifts every subnormal above it.
    private const float SmallestNormal = 1.17549435e-38f;
    private const float TwoTo23 = 8388608f;

    /// <summary><c>ln x</c>; −∞ for ±0, NaN below zero and for NaN, ∞ for ∞; subnormals included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V isTiny = V.LessThan(x, V.Splat(SmallestNormal));
        V scaled = V.Select(isTiny, x * V.Splat(TwoTo23), x);
        V exponent = V.Exponent(scaled) - V.Select(isTiny, V.Splat(23f), V.Zero);
        V m = V.Significand(scaled); // [1, 2)
        V isUpper = V.LessThan(V.Splat(SqrtTwo), m);
        m = V.Select(isUpper, m * V.Splat(0.5f), m); // [√½, √2)
        exponent += V.Select(isUpper, V.Splat(1f), V.Zero);
        V f = m - V.Splat(1f);
        V p = V.MultiplyAdd(V.Splat(0.06971611471f), f, V.Splat(-0.1147973385f)); // (ln(1+f) − f + f²/2) / f³
        p = V.MultiplyAdd(p, f, V.Splat(0.1168541992f));
        p = V.MultiplyAdd(p, f, V.Splat(-0.1242568733f));
        p = V.MultiplyAdd(p, f, V.Splat(0.1424905765f));
        p = V.MultiplyAdd(p, f, V.Splat(-0.1666780232f));
        p = V.MultiplyAdd(p, f, V.Splat(0.2000071575f));
        p = V.MultiplyAdd(p, f, V.Splat(-0.2499999696f));
        p = V.MultiplyAdd(p, f, V.Splat(0.3333333118f));
        V square = f * f;
        V y = V.MultiplyAdd(exponent, V.Splat(Ln2Low), p * (square * f));
        y = V.MultiplyAdd(V.Splat(-0.5f), square, y) + f;
        y = V.MultiplyAdd(exponent, V.Splat(Ln2High), y);
        y = V.Select(V.LessThan(x, V.Zero), V.Splat(float.NaN), y);
        y = V.Select(V.IsEqual(x, V.Zero), V.Splat(float.NegativeInfinity), y);
        // ∞ and NaN pass through: ∞ − ∞ is the only difference that is NaN for them, and 0 for everything else.
        return V.Select(V.IsEqual(x - x, V.Zero), y, V.Select(V.IsEqual(x, V.Splat(float.NegativeInfinity)), V.Splat(float.NaN), x));
    }

    /// <summary><c>tanh x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V z = x * x;
        V p = V.MultiplyAdd(V.Splat(-0.006045165097f), z, V.Splat(0.02096132911f)); // (tanh(x)/x − 1)/x² for x² in [0, 0.4]
        p = V.MultiplyAdd(p, z, V.Splat(-0.05384326318f));
        p = V.MultiplyAdd(p, z, V.Splat(0.1333271885f));
        p = V.MultiplyAdd(p, z, V.Splat(-0.3333332843f));
        V small = V.MultiplyAdd(p * z, x, x);
        V magnitude = V.Splat(1f) - (V.Splat(2f) / (ExpOrInfinity(V.Abs(x) * V.Splat(2f)) + V.Splat(1f)));
        return V.Select(V.LessThan(z, V.Splat(0.4f)), small, V.CopySign(magnitude, x));
    }

    /// <summary><c>1 / (1 + e^−x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x)
        where V : struct, ISimdVector<V> =>
        V.Splat(1f) / (V.Splat(1f) + ExpOrInfinity(x * V.Splat(-1f)));

    /// <summary><c>x · sigmoid(x)</c>, also called swish.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Silu<V>(V x)
        where V : struct, ISimdVector<V> =>
        x / (V.Splat(1f) + ExpOrInfinity(x * V.Splat(-1f)));

    /// <summary><c>d silu/dx = s·(1 + x·(1 − s))</c> with <c>s = sigmoid(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SiluDerivative<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V s = Sigmoid(x);
        return s * V.MultiplyAdd(x, V.Splat(1f) - s, V.Splat(1f));
    }

    /// <summary><c>erf x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V z = x * x;
        V p = V.MultiplyAdd(V.Splat(8.316879718e-5f), z, V.Splat(-0.000813044467f)); // erf(x)/x for x² in [0, 0.87]
        p = V.MultiplyAdd(p, z, V.Splat(0.005199989255f));
        p = V.MultiplyAdd(p, z, V.Splat(-0.02685899742f));
        p = V.MultiplyAdd(p, z, V.Splat(0.1128368872f));
        p = V.MultiplyAdd(p, z, V.Splat(-0.3761263333f));
        V small = x * V.MultiplyAdd(p, z, V.Splat(1.1283791666f));

        // erfc(4) = 1.5e-8 is below half a unit in the last place of 1, so larger arguments need no other value. NaN passes the clamp.
        V t = V.Abs(x);
        t = V.Select(V.LessThan(V.Splat(4f), t), V.Splat(4f), t);
        V q = V.MultiplyAdd(V.Splat(-1.046065682e-6f), t, V.Splat(3.438850877e-5f)); // −ln(erfc(t))/t for t in [0.92, 4]
        q = V.MultiplyAdd(q, t, V.Splat(-0.0004988250082f));
        q = V.MultiplyAdd(q, t, V.Splat(0.004303789308f));
        q = V.MultiplyAdd(q, t, V.Splat(-0.02513955031f));
        q = V.MultiplyAdd(q, t, V.Splat(0.1078556529f));
        q = V.MultiplyAdd(q, t, V.Splat(0.6341481838f));
        q = V.MultiplyAdd(q, t, V.Splat(1.128902798f));
        V large = V.CopySign(V.Splat(1f) - SimdMath.ExpFlushed(q * t * V.Splat(-1f)), x);
        return V.Select(V.LessThan(z, V.Splat(0.87f)), small, large);
    }

    /// <summary>GELU, exact form: <c>x · Φ(x) = x/2 · (1 + erf(x/√2))</c>. Source: arXiv:1606.08415.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<V>(V x)
        where V : struct, ISimdVector<V> =>
        x * NormalCdf(x);

    /// <summary><c>Φ(x) + x·φ(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluDerivative<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V density = SimdMath.ExpFlushed(x * x * V.Splat(-0.5f)) * V.Splat(InverseSqrtTwoPi);
        return V.MultiplyAdd(x, density, NormalCdf(x));
    }

    /// <summary>GELU, tanh form: <c>x/2 · (1 + tanh u) = x · sigmoid(2u)</c> with <c>u = √(2/π)·(x + 0.044715·x³)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluTanh<V>(V x)
        where V : struct, ISimdVector<V> =>
        x / (V.Splat(1f) + ExpOrInfinity(GeluTanhExponent(x)));

    /// <summary>Derivative of <see cref="GeluTanh"/>: <c>s + x·s·(1 − s)·2u′</c> with <c>s = sigmoid(2u)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluTanhDerivative<V>(V x)
        where V : struct, ISimdVector<V>
    {
        // 1 − s as e·s: the difference would lose digits that 2u′, which grows with x², then magnifies. The clamp keeps e finite; NaN passes it.
        V exponent = GeluTanhExponent(x);
        exponent = V.Select(V.LessThan(V.Splat(80f), exponent), V.Splat(80f), exponent);
        V e = SimdMath.ExpFlushed(exponent);
        V s = V.Splat(1f) / (V.Splat(1f) + e);
        V slope = V.MultiplyAdd(x * x, V.Splat(6f * GeluCubic * SqrtTwoOverPi), V.Splat(2f * SqrtTwoOverPi));
        return V.MultiplyAdd(x * s * (e * s), slope, s);
    }

    /// <summary><c>ln(1 + e^x)</c> as <c>max(x, 0) + ln(1 + e^−|x|)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V>(V x)
        where V : struct, ISimdVector<V>
    {
        // ln(1+u) = ln(w)·u/(w − 1) with w = fl(1 + u) repairs the digits that rounding 1 + u loses; w = 1 leaves u itself.
        V u = SimdMath.Exp(V.Abs(x) * V.Splat(-1f)); // exact form: u itself is the result for large negative x
        V w = V.Splat(1f) + u;
        V rest = w - V.Splat(1f);
        V log = V.Select(V.IsEqual(rest, V.Zero), u, Log(w) * u / rest);
        return V.Max(x, V.Zero) + log;
    }

    /// <summary><c>e^x</c> in the cheaper form: ∞ from 88.4 on, zero below −87. For sums <c>1 + e^x</c>, where neither end shows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpOrInfinity<V>(V x)
        where V : struct, ISimdVector<V> =>
        SimdMath.ExpFlushed(V.Select(V.LessThan(V.Splat(88.8f), x), V.Splat(88.8f), x)); // 88.8·log2(e) rounds to 128, the exponent of ∞

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NormalCdf<V>(V x)
        where V : struct, ISimdVector<V> =>
        V.MultiplyAdd(Erf(x * V.Splat(SqrtHalf)), V.Splat(0.5f), V.Splat(0.5f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluTanhExponent<V>(V x) // −2u
        where V : struct, ISimdVector<V> =>
        x * V.MultiplyAdd(x * x, V.Splat(-2f * GeluCubic * SqrtTwoOverPi), V.Splat(-2f * SqrtTwoOverPi));
}
