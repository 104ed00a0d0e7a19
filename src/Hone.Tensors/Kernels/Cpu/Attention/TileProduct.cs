using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Products of up to six rows with a panel of two vectors, the inner loops of attention.</summary>
/// <remarks>
/// Each element is summed over k in order in its own lane, so it does not depend on how many rows share the call. Unlike the micro-kernels of
/// the matrix product, the left operand is read in place through two strides: its rows are scores or probabilities, taken both as they lie and
/// transposed. Twelve accumulators, two panel vectors and one broadcast fill the 16 registers of AVX2.
/// </remarks>
internal static unsafe class TileProduct
{
    /// <summary>Rows that one call takes at most.</summary>
    public const int MaxRows = 6;

    /// <summary><c>C = A·B</c>, or <c>C += A·B</c>.</summary>
    /// <param name="rows">Rows of A and C, 1 to <see cref="MaxRows"/>.</param>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="a">A; element (r, k) lies at <c>r·rowStride + k·depthStride</c>.</param>
    /// <param name="rowStride">See <paramref name="a"/>.</param>
    /// <param name="depthStride">See <paramref name="a"/>.</param>
    /// <param name="b">B: <paramref name="depth"/> rows of two vectors, one behind the other.</param>
    /// <param name="c">C: rows of two vectors.</param>
    /// <param name="cStride">Elements from one row of C to the next.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<V>(int rows, nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        switch (rows)
        {
            case 1:
                Rows1<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
            case 2:
                Rows2<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
            case 3:
                Rows3<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
            case 4:
                Rows4<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
            case 5:
                Rows5<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
            case 6:
                Rows6<V>(depth, a, rowStride, depthStride, b, c, cStride, accumulate);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        float* a1 = a + rowStride;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Splat(a1[offset]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
        c += cStride;
        Store(c10, c11, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows3<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        float* a1 = a + rowStride;
        float* a2 = a1 + rowStride;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Splat(a1[offset]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Splat(a2[offset]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
        c += cStride;
        Store(c10, c11, c, accumulate);
        c += cStride;
        Store(c20, c21, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        float* a1 = a + rowStride;
        float* a2 = a1 + rowStride;
        float* a3 = a2 + rowStride;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Splat(a1[offset]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Splat(a2[offset]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            x = V.Splat(a3[offset]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = V.MultiplyAdd(x, b1, c31);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
        c += cStride;
        Store(c10, c11, c, accumulate);
        c += cStride;
        Store(c20, c21, c, accumulate);
        c += cStride;
        Store(c30, c31, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows5<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        float* a1 = a + rowStride;
        float* a2 = a1 + rowStride;
        float* a3 = a2 + rowStride;
        float* a4 = a3 + rowStride;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Splat(a1[offset]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Splat(a2[offset]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            x = V.Splat(a3[offset]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = V.MultiplyAdd(x, b1, c31);
            x = V.Splat(a4[offset]);
            c40 = V.MultiplyAdd(x, b0, c40);
            c41 = V.MultiplyAdd(x, b1, c41);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
        c += cStride;
        Store(c10, c11, c, accumulate);
        c += cStride;
        Store(c20, c21, c, accumulate);
        c += cStride;
        Store(c30, c31, c, accumulate);
        c += cStride;
        Store(c40, c41, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6<V>(nint depth, float* a, nint rowStride, nint depthStride, float* b, float* c, nint cStride, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        V c50 = V.Zero, c51 = V.Zero;
        float* a1 = a + rowStride;
        float* a2 = a1 + rowStride;
        float* a3 = a2 + rowStride;
        float* a4 = a3 + rowStride;
        float* a5 = a4 + rowStride;
        nint offset = 0;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Count);
            V x = V.Splat(a[offset]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Splat(a1[offset]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Splat(a2[offset]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            x = V.Splat(a3[offset]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = V.MultiplyAdd(x, b1, c31);
            x = V.Splat(a4[offset]);
            c40 = V.MultiplyAdd(x, b0, c40);
            c41 = V.MultiplyAdd(x, b1, c41);
            x = V.Splat(a5[offset]);
            c50 = V.MultiplyAdd(x, b0, c50);
            c51 = V.MultiplyAdd(x, b1, c51);
            offset += depthStride;
            b += 2 * V.Count;
        }

        Store(c00, c01, c, accumulate);
        c += cStride;
        Store(c10, c11, c, accumulate);
        c += cStride;
        Store(c20, c21, c, accumulate);
        c += cStride;
        Store(c30, c31, c, accumulate);
        c += cStride;
        Store(c40, c41, c, accumulate);
        c += cStride;
        Store(c50, c51, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V>(V left, V right, float* c, bool accumulate)
        where V : struct, ISimdVector<V>
    {
        if (accumulate)
        {
            left += V.Load(c);
            right += V.Load(c + V.Count);
        }

        V.Store(left, c);
        V.Store(right, c + V.Count);
    }
}
