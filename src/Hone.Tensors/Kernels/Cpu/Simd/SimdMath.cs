using System.Runtime.CompilerServices;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Elementary functions on vectors of any width.</summary>
internal static class SimdMath
{
    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts: the first has few bits, so that n·Ln2High is exact for every exponent n.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Beyond these e^x is infinite, or rounds to zero even as a subnormal.
    private const float ExpOverflow = 89f;
    private const float ExpUnderflow = -104f;

    // Below this the exponent of e^x leaves the range of normal numbers.
    private const float ExpSmallestNormal = -87f;

    /// <summary><c>e^x</c>; relative error below 1.2e-7 on normal results, infinity above 88.73, gradual underflow to zero, NaN stays NaN.</summary>
    /// <remarks>Source: Cephes <c>expf</c> (range reduction by multiples of ln 2, polynomial of degree 5 in the remainder).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x)
        where V : struct, ISimdVector<V>
    {
        // Comparisons with NaN are false, so these two clamps let NaN through.
        x = V.Select(V.LessThan(x, V.Splat(ExpUnderflow)), V.Splat(ExpUnderflow), x);
        x = V.Select(V.LessThan(V.Splat(ExpOverflow), x), V.Splat(ExpOverflow), x);
        V n = V.Round(x * V.Splat(Log2E));
        // 2^n can lie outside the normal range where the product with the polynomial does not: two factors reach both ends.
        V half = V.Round(n * V.Splat(0.5f));
        return ExpOfRemainder(x, n) * V.PowerOfTwo(half) * V.PowerOfTwo(n - half);
    }

    /// <summary><c>e^x</c> for <c>x ≤ 88</c>, cheaper than <see cref="Exp"/>: zero below −87 (so also for −∞); NaN stays NaN.</summary>
    /// <remarks>For softmax, whose arguments are differences to a maximum and whose terms below e^−87 do not count.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpFlushed<V>(V x)
        where V : struct, ISimdVector<V>
    {
        V n = V.Round(x * V.Splat(Log2E));
        V y = ExpOfRemainder(x, n) * V.PowerOfTwo(n);
        return V.Select(V.LessThan(x, V.Splat(ExpSmallestNormal)), V.Zero, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpOfRemainder<V>(V x, V n)
        where V : struct, ISimdVector<V>
    {
        V r = V.MultiplyAdd(n, V.Splat(-Ln2High), x);
        r = V.MultiplyAdd(n, V.Splat(-Ln2Low), r);
        V p = V.MultiplyAdd(V.Splat(1.9875691500e-4f), r, V.Splat(1.3981999507e-3f));
        p = V.MultiplyAdd(p, r, V.Splat(8.3334519073e-3f));
        p = V.MultiplyAdd(p, r, V.Splat(4.1665795894e-2f));
        p = V.MultiplyAdd(p, r, V.Splat(1.6666665459e-1f));
        p = V.MultiplyAdd(p, r, V.Splat(5.0000001201e-1f));
        return V.MultiplyAdd(p, r * r, r) + V.Splat(1f);
    }
}
