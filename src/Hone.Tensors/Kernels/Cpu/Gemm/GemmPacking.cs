using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Copies parts of A and B into panels <c>[k][width]</c>, the order in which the micro-kernels read them.</summary>
/// <remarks>Targets need 16 floats behind the panel: whole vectors are stored in rising order and the last may run over.</remarks>
internal static unsafe class GemmPacking
{
    // B's rows lie too far apart for the hardware to see them coming; asking 4 ahead gains 8 % on 8x4096x4096 (Zen 3), 8 is no better.
    private const int RowsAhead = 4;

    /// <summary>Floats that a panel may be overrun by.</summary>
    public const int Slack = 16;

    /// <summary>Packs <paramref name="rows"/> rows that are contiguous in k: <c>target[k·width + i] = source[i·stride + k]</c>.</summary>
    /// <param name="source">First element of the first row.</param>
    /// <param name="stride">Floats between rows.</param>
    /// <param name="rows">Valid rows, at most <paramref name="width"/>; the others become zero.</param>
    /// <param name="width">Panel width, 1 to 32.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="target"><c>depth·width + Slack</c> floats.</param>
    public static void Transpose<V>(float* source, nint stride, int rows, int width, nint depth, float* target)
        where V : struct, ISimdVector<V>
    {
        nint done = 0;
        int group = V.Count >= 8 && Avx.IsSupported ? 8 : 4;
        if (rows == width && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            done = depth & ~3;
            // The last group may store lanes beyond the panel, which the groups before it then overwrite in the next step.
            for (int first = (rows - 1) / group * group; first >= 0; first -= group)
            {
                if (group == 8)
                {
                    Transpose8(source + first * stride, stride, rows - first, width, done, target + first);
                }
                else
                {
                    Transpose4(source + first * stride, stride, rows - first, width, done, target + first);
                }
            }
        }

        for (nint k = done; k < depth; k++)
        {
            float* line = target + k * width;
            for (int i = 0; i < rows; i++)
            {
                line[i] = source[i * stride + k];
            }

            for (int i = rows; i < width; i++)
            {
                line[i] = 0;
            }
        }
    }

    /// <summary>Packs columns that lie beside each other: <c>target[k·width + i] = source[k·stride + i]</c>, zero from <paramref name="columns"/> on.</summary>
    public static void Copy<V>(float* source, nint stride, int columns, int width, nint depth, float* target)
        where V : struct, ISimdVector<V>
    {
        if (columns == 2 * V.Count && width == columns)
        {
            CopyPanel2<V>(source, stride, depth, target);
            return;
        }

        // Whole vectors read at most 16 floats beyond a row's start, so 16 rows before the end they stay inside the matrix.
        nint whole = width == columns && width <= 16 ? Math.Max(0, depth - 16) : 0;
        if (whole > 0)
        {
            CopyOverrun(source, stride, width, whole, target);
        }

        for (nint k = whole; k < depth; k++)
        {
            float* line = target + k * width;
            float* from = source + k * stride;
            for (int i = 0; i < columns; i++)
            {
                line[i] = from[i];
            }

            for (int i = columns; i < width; i++)
            {
                line[i] = 0;
            }
        }
    }

    /// <summary>Packs <paramref name="panels"/> full two-vector panels at once, walking along B's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyPanels<V>(float* source, nint stride, int panels, nint depth, float* target, nint panelStride)
        where V : struct, ISimdVector<V>
    {
        nint ahead = RowsAhead * stride;
        for (nint k = 0; k < depth; k++)
        {
            float* from = source;
            float* to = target;
            for (int p = panels; p > 0; p--)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(from + ahead);
                }

                V x = V.Load(from);
                V y = V.Load(from + V.Count);
                V.Store(x, to);
                V.Store(y, to + V.Count);
                from += 2 * V.Count;
                to += panelStride;
            }

            source += stride;
            target += 2 * V.Count;
        }
    }

    /// <summary>Packs <paramref name="panels"/> panels of <paramref name="width"/> ≤ 16 neighbouring columns each: <see cref="Copy{V}"/> for several panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyPanels(float* source, nint stride, int width, int panels, nint depth, float* target, nint panelStride)
    {
        nint whole = Math.Max(0, depth - 16); // as in Copy
        for (nint k = 0; k < whole; k++)
        {
            float* from = source + k * stride;
            float* to = target + k * width;
            for (int p = panels; p > 0; p--)
            {
                Vector256.Load(from).Store(to);
                if (width > 8)
                {
                    Vector256.Load(from + 8).Store(to + 8);
                }

                from += width;
                to += panelStride;
            }
        }

        for (nint k = whole; k < depth; k++)
        {
            for (int p = 0; p < panels; p++)
            {
                float* from = source + k * stride + p * width;
                float* to = target + k * width + p * panelStride;
                for (int i = 0; i < width; i++)
                {
                    to[i] = from[i];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanel2<V>(float* source, nint stride, nint depth, float* target)
        where V : struct, ISimdVector<V>
    {
        for (; depth > 0; depth--)
        {
            V x = V.Load(source);
            V y = V.Load(source + V.Count);
            V.Store(x, target);
            V.Store(y, target + V.Count);
            source += stride;
            target += 2 * V.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyOverrun(float* source, nint stride, int width, nint depth, float* target)
    {
        if (width <= 8)
        {
            for (; depth > 0; depth--)
            {
                Vector256.Load(source).Store(target);
                source += stride;
                target += width;
            }

            return;
        }

        for (; depth > 0; depth--)
        {
            Vector256<float> x = Vector256.Load(source);
            Vector256<float> y = Vector256.Load(source + 8);
            x.Store(target);
            y.Store(target + 8);
            source += stride;
            target += width;
        }
    }

    /// <summary>8 rows side by side, 4 steps at a time; each step stores 8 floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose8(float* source, nint stride, int rows, nint width, nint depth, float* target)
    {
        float* r0 = source;
        float* r1 = rows > 1 ? source + stride : source; // lanes of rows beyond the last are overwritten by the next step
        float* r2 = rows > 2 ? source + 2 * stride : source;
        float* r3 = rows > 3 ? source + 3 * stride : source;
        float* r4 = rows > 4 ? source + 4 * stride : source;
        float* r5 = rows > 5 ? source + 5 * stride : source;
        float* r6 = rows > 6 ? source + 6 * stride : source;
        float* r7 = rows > 7 ? source + 7 * stride : source;
        for (nint k = 0; k < depth; k += 4)
        {
            Vector256<float> x0 = Vector128.Load(r0 + k).ToVector256Unsafe().WithUpper(Vector128.Load(r4 + k));
            Vector256<float> x1 = Vector128.Load(r1 + k).ToVector256Unsafe().WithUpper(Vector128.Load(r5 + k));
            Vector256<float> x2 = Vector128.Load(r2 + k).ToVector256Unsafe().WithUpper(Vector128.Load(r6 + k));
            Vector256<float> x3 = Vector128.Load(r3 + k).ToVector256Unsafe().WithUpper(Vector128.Load(r7 + k));
            Vector256<float> a = Avx.UnpackLow(x0, x2), b = Avx.UnpackHigh(x0, x2);
            Vector256<float> c = Avx.UnpackLow(x1, x3), d = Avx.UnpackHigh(x1, x3);
            Avx.UnpackLow(a, c).Store(target);
            target += width;
            Avx.UnpackHigh(a, c).Store(target);
            target += width;
            Avx.UnpackLow(b, d).Store(target);
            target += width;
            Avx.UnpackHigh(b, d).Store(target);
            target += width;
        }
    }

    /// <summary>The same for 4 rows on 128-bit machines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose4(float* source, nint stride, int rows, nint width, nint depth, float* target)
    {
        float* r0 = source;
        float* r1 = rows > 1 ? source + stride : source;
        float* r2 = rows > 2 ? source + 2 * stride : source;
        float* r3 = rows > 3 ? source + 3 * stride : source;
        for (nint k = 0; k < depth; k += 4)
        {
            Vector128<float> x0 = Vector128.Load(r0 + k), x1 = Vector128.Load(r1 + k), x2 = Vector128.Load(r2 + k), x3 = Vector128.Load(r3 + k);
            Vector128<float> a = ZipLow(x0, x2), b = ZipHigh(x0, x2), c = ZipLow(x1, x3), d = ZipHigh(x1, x3);
            ZipLow(a, c).Store(target);
            target += width;
            ZipHigh(a, c).Store(target);
            target += width;
            ZipLow(b, d).Store(target);
            target += width;
            ZipHigh(b, d).Store(target);
            target += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> x, Vector128<float> y) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y) : Sse.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> x, Vector128<float> y) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y) : Sse.UnpackHigh(x, y);
}
