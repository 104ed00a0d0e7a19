using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Copies rows that lie anywhere into the forms that the micro-kernels of the matrix product read.</summary>
/// <remarks>Rows come as a list of addresses, so that the heads of a group, padding and masked keys (a row of zeros) need no special case.</remarks>
internal static unsafe class TilePacking
{
    /// <summary>Elements of a right operand with <paramref name="columns"/> columns and <paramref name="depth"/> rows in panels.</summary>
    public static int PanelSize<V>(int depth, int columns)
        where V : struct, ISimdVector<V> =>
        depth * PaddedColumns<V>(columns);

    /// <summary><paramref name="columns"/> rounded up to whole panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PaddedColumns<V>(int columns)
        where V : struct, ISimdVector<V> =>
        (columns + (2 * V.Count) - 1) / (2 * V.Count) * (2 * V.Count);

    /// <summary>Rows as they are, multiplied by <paramref name="factor"/>: <c>target[row·width + column]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<V>(float** rows, int count, int width, float factor, float* target)
        where V : struct, ISimdVector<V>
    {
        for (int r = 0; r < count; r++)
        {
            Row<V>(rows[r], width, factor, target + ((nint)r * width));
        }
    }

    /// <summary>One row multiplied by <paramref name="factor"/>; <paramref name="target"/> may be <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<V>(float* source, int width, float factor, float* target)
        where V : struct, ISimdVector<V>
    {
        V scale = V.Splat(factor);
        int c = 0;
        for (; c + V.Count <= width; c += V.Count)
        {
            V.Store(V.Load(source + c) * scale, target + c);
        }

        for (; c < width; c++)
        {
            target[c] = source[c] * factor;
        }
    }

    /// <summary>
    /// Rows as the depth of a right operand: <c>target[panel][row][lane]</c> with two vectors of columns a panel and <paramref name="panelDepth"/>
    /// rows between panels; columns past <paramref name="width"/> are zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panels<V>(float** rows, int count, int width, float factor, float* target, int panelDepth)
        where V : struct, ISimdVector<V>
    {
        V scale = V.Splat(factor);
        int panelWidth = 2 * V.Count;
        for (int first = 0; first < width; first += panelWidth, target += (nint)panelDepth * panelWidth)
        {
            bool isWhole = first + panelWidth <= width;
            float* to = target;
            for (int r = 0; r < count; r++, to += panelWidth)
            {
                float* row = rows[r] + first;
                if (isWhole)
                {
                    V.Store(V.Load(row) * scale, to);
                    V.Store(V.Load(row + V.Count) * scale, to + V.Count);
                    continue;
                }

                for (int lane = 0; lane < panelWidth; lane++)
                {
                    to[lane] = first + lane < width ? row[lane] * factor : 0f;
                }
            }
        }
    }

    /// <summary>
    /// Rows as the columns of a right operand: <c>target[panel][column][row in panel]</c>, two vectors of rows a panel;
    /// <paramref name="count"/> is a multiple of that.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransposedPanels<V>(float** rows, int count, int width, float* target)
        where V : struct, ISimdVector<V>
    {
        int panelWidth = 2 * V.Count;
        for (int first = 0; first < count; first += panelWidth, target += (nint)width * panelWidth)
        {
            for (int lane = 0; lane < panelWidth; lane += 4)
            {
                Transpose4(rows + first + lane, width, target + lane, panelWidth);
            }
        }
    }

    /// <summary>Four rows become the columns of a matrix with rows <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(float** rows, int width, float* target, int stride)
    {
        float* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        int c = 0;
        if (Sse.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            for (; c + 4 <= width; c += 4, target += 4 * stride)
            {
                Vector128<float> a = Vector128.Load(row0 + c), b = Vector128.Load(row1 + c);
                Vector128<float> d = Vector128.Load(row2 + c), e = Vector128.Load(row3 + c);
                Vector128<float> ab01 = InterleaveLow(a, b), ab23 = InterleaveHigh(a, b); // a0 b0 a1 b1, a2 b2 a3 b3
                Vector128<float> de01 = InterleaveLow(d, e), de23 = InterleaveHigh(d, e);
                JoinLow(ab01, de01).Store(target);
                JoinHigh(ab01, de01).Store(target + stride);
                JoinLow(ab23, de23).Store(target + (2 * stride));
                JoinHigh(ab23, de23).Store(target + (3 * stride));
            }
        }

        for (; c < width; c++, target += stride)
        {
            target[0] = row0[c];
            target[1] = row1[c];
            target[2] = row2[c];
            target[3] = row3[c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> JoinLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.MoveLowToHigh(a, b) : AdvSimd.Arm64.ZipLow(a.AsDouble(), b.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> JoinHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.MoveHighToLow(b, a) : AdvSimd.Arm64.ZipHigh(a.AsDouble(), b.AsDouble()).AsSingle();
}
