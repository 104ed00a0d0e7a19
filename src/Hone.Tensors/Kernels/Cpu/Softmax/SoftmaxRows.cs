using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Softmax;

/// <summary>The passes over one row that softmax and the cross-entropy kernels share.</summary>
internal static unsafe class SoftmaxRows
{
    /// <summary><c>y = e^(x − max)</c>; returns the sum. <paramref name="y"/> may be <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials<V>(float* x, float max, float* y, nint count)
        where V : struct, ISimdVector<V>
    {
        V shift = V.Splat(max), sum0 = V.Zero, sum1 = V.Zero;
        nint i = 0;
        for (; i <= count - (2 * V.Count); i += 2 * V.Count)
        {
            Prefetch.Line(x + count + i); // the next row
            V e0 = SimdMath.ExpFlushed(V.Load(x + i) - shift);
            V e1 = SimdMath.ExpFlushed(V.Load(x + i + V.Count) - shift);
            V.Store(e0, y + i);
            V.Store(e1, y + i + V.Count);
            sum0 += e0;
            sum1 += e1;
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            V e0 = SimdMath.ExpFlushed(V.Load(x + i) - shift);
            V.Store(e0, y + i);
            sum0 += e0;
        }

        float sum = V.Sum(sum0 + sum1);
        int rest = (int)(count - i);
        if (rest > 0)
        {
            V.StorePartial(SimdMath.ExpFlushed(V.LoadPartial(x + i, rest) - shift), y + i, rest);
            for (; i < count; i++)
            {
                sum += y[i];
            }
        }

        return sum;
    }

    /// <summary><c>y *= factor</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<V>(float* y, float factor, nint count)
        where V : struct, ISimdVector<V>
    {
        V scale = V.Splat(factor);
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V.Store(V.Load(y + i) * scale, y + i);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            V.StorePartial(V.LoadPartial(y + i, rest) * scale, y + i, rest);
        }
    }
}
