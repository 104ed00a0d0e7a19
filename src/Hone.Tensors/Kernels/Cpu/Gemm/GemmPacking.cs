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
        if (rows == width)
        {
            if (V.Count >= 8 && Avx.IsSupported)
            {
                done = depth & ~3;
                Transpose8(source, stride, rows, width, done, target);
            }
            else if (Sse.IsSupported || AdvSimd.Arm64.IsSupported)
            {
                done = depth & ~3;
                Transpose4(source, stride, rows, width, done, target);
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
        for (nint k = 0; k < depth; k++)
        {
            float* from = source;
            float* to = target;
            for (int p = panels; p > 0; p--)
            {
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

    /// <summary>Groups of 8 rows, 4 steps at a time; the last group first, since its store runs over into the next step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose8(float* source, nint stride, int rows, int width, nint depth, float* target)
    {
        for (nint k = 0; k < depth; k += 4)
        {
            for (int first = (rows - 1) & ~7; first >= 0; first -= 8)
            {
                int valid = Math.Min(8, rows - first);
                float* r0 = source + first * stride + k;
                float* r1 = valid > 1 ? r0 + stride : r0; // rows beyond the last are written and then overwritten
                float* r2 = valid > 2 ? r0 + 2 * stride : r0;
                float* r3 = valid > 3 ? r0 + 3 * stride : r0;
                Vector256<float> x0 = Vector128.Load(r0).ToVector256Unsafe();
                Vector256<float> x1 = Vector128.Load(r1).ToVector256Unsafe();
                Vector256<float> x2 = Vector128.Load(r2).ToVector256Unsafe();
                Vector256<float> x3 = Vector128.Load(r3).ToVector256Unsafe();
                if (valid > 4)
                {
                    r0 += 4 * stride;
                    x0 = x0.WithUpper(Vector128.Load(r0));
                    x1 = x1.WithUpper(Vector128.Load(valid > 5 ? r0 + stride : r0));
                    x2 = x2.WithUpper(Vector128.Load(valid > 6 ? r0 + 2 * stride : r0));
                    x3 = x3.WithUpper(Vector128.Load(valid > 7 ? r0 + 3 * stride : r0));
                }

                Vector256<float> a = Avx.UnpackLow(x0, x2), b = Avx.UnpackHigh(x0, x2);
                Vector256<float> c = Avx.UnpackLow(x1, x3), d = Avx.UnpackHigh(x1, x3);
                float* to = target + k * width + first;
                Avx.UnpackLow(a, c).Store(to);
                Avx.UnpackHigh(a, c).Store(to + width);
                Avx.UnpackLow(b, d).Store(to + 2 * (nint)width);
                Avx.UnpackHigh(b, d).Store(to + 3 * (nint)width);
            }
        }
    }

    /// <summary>The same in groups of 4 rows for 128-bit machines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose4(float* source, nint stride, int rows, int width, nint depth, float* target)
    {
        for (nint k = 0; k < depth; k += 4)
        {
            for (int first = (rows - 1) & ~3; first >= 0; first -= 4)
            {
                int valid = Math.Min(4, rows - first);
                float* r0 = source + first * stride + k;
                Vector128<float> x0 = Vector128.Load(r0);
                Vector128<float> x1 = Vector128.Load(valid > 1 ? r0 + stride : r0);
                Vector128<float> x2 = Vector128.Load(valid > 2 ? r0 + 2 * stride : r0);
                Vector128<float> x3 = Vector128.Load(valid > 3 ? r0 + 3 * stride : r0);
                Vector128<float> a = ZipLow(x0, x2), b = ZipHigh(x0, x2), c = ZipLow(x1, x3), d = ZipHigh(x1, x3);
                float* to = target + k * width + first;
                ZipLow(a, c).Store(to);
                ZipHigh(a, c).Store(to + width);
                ZipLow(b, d).Store(to + 2 * (nint)width);
                ZipHigh(b, d).Store(to + 3 * (nint)width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> x, Vector128<float> y) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y) : Sse.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> x, Vector128<float> y) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y) : Sse.UnpackHigh(x, y);
}
