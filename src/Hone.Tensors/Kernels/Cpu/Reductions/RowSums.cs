using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Reductions;

/// <summary>Reductions of one contiguous stretch of floats in an order fixed by its length and the vector width.</summary>
internal static unsafe class RowSums
{
    /// <summary><c>Σ x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum<V>(float* x, nint count)
        where V : struct, ISimdVector<V>
    {
        V sum0 = V.Zero, sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
        nint i = 0;
        for (; i <= count - (4 * V.Count); i += 4 * V.Count)
        {
            sum0 += V.Load(x + i);
            sum1 += V.Load(x + i + V.Count);
            sum2 += V.Load(x + i + (2 * V.Count));
            sum3 += V.Load(x + i + (3 * V.Count));
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            sum0 += V.Load(x + i);
        }

        if (i < count)
        {
            sum1 += V.LoadPartial(x + i, (int)(count - i));
        }

        return V.Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <summary><c>Σ x·y</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot<V>(float* x, float* y, nint count)
        where V : struct, ISimdVector<V>
    {
        V sum0 = V.Zero, sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
        nint i = 0;
        for (; i <= count - (4 * V.Count); i += 4 * V.Count)
        {
            sum0 = V.MultiplyAdd(V.Load(x + i), V.Load(y + i), sum0);
            sum1 = V.MultiplyAdd(V.Load(x + i + V.Count), V.Load(y + i + V.Count), sum1);
            sum2 = V.MultiplyAdd(V.Load(x + i + (2 * V.Count)), V.Load(y + i + (2 * V.Count)), sum2);
            sum3 = V.MultiplyAdd(V.Load(x + i + (3 * V.Count)), V.Load(y + i + (3 * V.Count)), sum3);
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            sum0 = V.MultiplyAdd(V.Load(x + i), V.Load(y + i), sum0);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            sum1 = V.MultiplyAdd(V.LoadPartial(x + i, rest), V.LoadPartial(y + i, rest), sum1);
        }

        return V.Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <summary>The largest element; NaN when one is NaN; −∞ without elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max<V>(float* x, nint count)
        where V : struct, ISimdVector<V>
    {
        V max0 = V.Splat(float.NegativeInfinity), max1 = max0;
        nint i = 0;
        for (; i <= count - (2 * V.Count); i += 2 * V.Count)
        {
            max0 = V.Max(max0, V.Load(x + i));
            max1 = V.Max(max1, V.Load(x + i + V.Count));
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            max0 = V.Max(max0, V.Load(x + i));
        }

        float max = V.MaxLane(V.Max(max0, max1));
        for (; i < count; i++)
        {
            max = MathF.Max(max, x[i]);
        }

        return max;
    }

    /// <summary>The largest element, for subtraction in front of an exponential: where one is NaN, any element or −∞.</summary>
    /// <remarks>The exponentials of a row with NaN add up to NaN whatever is subtracted, so the cheap maximum serves.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float MaxForShift<V>(float* x, nint count)
        where V : struct, ISimdVector<V>
    {
        V max0 = V.Splat(float.NegativeInfinity), max1 = max0, max2 = max0, max3 = max0;
        nint i = 0;
        for (; i <= count - (4 * V.Count); i += 4 * V.Count)
        {
            max0 = V.MaxNative(V.Load(x + i), max0);
            max1 = V.MaxNative(V.Load(x + i + V.Count), max1);
            max2 = V.MaxNative(V.Load(x + i + (2 * V.Count)), max2);
            max3 = V.MaxNative(V.Load(x + i + (3 * V.Count)), max3);
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            max0 = V.MaxNative(V.Load(x + i), max0);
        }

        float max = V.MaxLane(V.MaxNative(V.MaxNative(max0, max1), V.MaxNative(max2, max3)));
        for (; i < count; i++)
        {
            max = MathF.Max(max, x[i]);
        }

        return max;
    }

    /// <summary>The smallest element; NaN when one is NaN; ∞ without elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Min<V>(float* x, nint count)
        where V : struct, ISimdVector<V>
    {
        V min = V.Splat(float.PositiveInfinity);
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            min = V.Min(min, V.Load(x + i));
        }

        float smallest = -V.MaxLane(min * V.Splat(-1f));
        for (; i < count; i++)
        {
            smallest = MathF.Min(smallest, x[i]);
        }

        return smallest;
    }

    /// <summary><c>Σ e^(x − max)</c>; terms below e^−87 count as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumExp<V>(float* x, float max, nint count)
        where V : struct, ISimdVector<V>
    {
        V shift = V.Splat(max), sum0 = V.Zero, sum1 = V.Zero;
        nint i = 0;
        for (; i <= count - (2 * V.Count); i += 2 * V.Count)
        {
            sum0 += SimdMath.ExpFlushed(V.Load(x + i) - shift);
            sum1 += SimdMath.ExpFlushed(V.Load(x + i + V.Count) - shift);
        }

        for (; i <= count - V.Count; i += V.Count)
        {
            sum0 += SimdMath.ExpFlushed(V.Load(x + i) - shift);
        }

        float sum = V.Sum(sum0 + sum1);
        int rest = (int)(count - i);
        if (rest > 0)
        {
            float* lanes = stackalloc float[16]; // 16 lanes is the widest vector
            V.Store(SimdMath.ExpFlushed(V.LoadPartial(x + i, rest) - shift), lanes);
            for (int lane = 0; lane < rest; lane++)
            {
                sum += lanes[lane];
            }
        }

        return sum;
    }
}
