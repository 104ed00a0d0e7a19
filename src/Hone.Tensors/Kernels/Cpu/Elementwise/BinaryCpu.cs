using System.ComponentModel;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>Maps of two operands on the CPU, with rows, columns or single values broadcast.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class BinaryCpu : IBinaryKernel
{
    // Below this many elements a second thread costs more than the additions.
    private const long Grain = 16_384;

    private interface IBinaryMap
    {
        static abstract V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V>;
    }

    /// <inheritdoc/>
    public void Run(
        BinaryFunction function, float* a, long aRowStride, bool aIsScalar, float* b, long bRowStride, bool bIsScalar, float* y, long rows, long columns)
    {
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        if (rows > 1 && Flattens(aRowStride, aIsScalar, columns) && Flattens(bRowStride, bIsScalar, columns))
        {
            columns *= rows; // one long row: no per-row overhead for narrow tensors
            rows = 1;
        }

        long units = rows * columns; // split over elements, so that one long row also uses every thread
        switch (function)
        {
            case BinaryFunction.Add:
                SimdParallel.For(units, Grain, new Body<Add>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            case BinaryFunction.Subtract:
                SimdParallel.For(units, Grain, new Body<Subtract>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            case BinaryFunction.Multiply:
                SimdParallel.For(units, Grain, new Body<Multiply>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            case BinaryFunction.Divide:
                SimdParallel.For(units, Grain, new Body<Divide>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            case BinaryFunction.Maximum:
                SimdParallel.For(units, Grain, new Body<Maximum>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            case BinaryFunction.Minimum:
                SimdParallel.For(units, Grain, new Body<Minimum>(a, aRowStride, aIsScalar, b, bRowStride, bIsScalar, y, rows, columns));
                break;
            default:
                throw new InvalidEnumArgumentException(nameof(function), (int)function, typeof(BinaryFunction));
        }
    }

    private static bool Flattens(long rowStride, bool isScalar, long columns) => isScalar ? rowStride == 0 : rowStride == columns;

    private readonly struct Add : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => a + b;
    }

    private readonly struct Subtract : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => a - b;
    }

    private readonly struct Multiply : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => a * b;
    }

    private readonly struct Divide : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => a / b;
    }

    private readonly struct Maximum : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => V.Max(a, b);
    }

    private readonly struct Minimum : IBinaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V a, V b)
            where V : struct, ISimdVector<V> => V.Min(a, b);
    }

    private readonly struct Body<TMap>(
        float* a, long aRowStride, bool aIsScalar, float* b, long bRowStride, bool bIsScalar, float* y, long rows, long columns) : ISimdBody
        where TMap : struct, IBinaryMap
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            long row = rows == 1 ? 0 : begin / columns;
            long column = begin - (row * columns);
            while (begin < end)
            {
                long count = Math.Min(columns - column, end - begin);
                float* left = a + (row * aRowStride) + (aIsScalar ? 0 : column);
                float* right = b + (row * bRowStride) + (bIsScalar ? 0 : column);
                if (aIsScalar)
                {
                    ScalarLeft<V>(*left, right, bIsScalar, y + begin, (nint)count);
                }
                else if (bIsScalar)
                {
                    ScalarRight<V>(left, *right, y + begin, (nint)count);
                }
                else
                {
                    Rows<V>(left, right, y + begin, (nint)count);
                }

                begin += count;
                column = 0;
                row++;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows<V>(float* left, float* right, float* to, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(TMap.Apply(V.Load(left + i), V.Load(right + i)), to + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(TMap.Apply(V.LoadPartial(left + i, rest), V.LoadPartial(right + i, rest)), to + i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ScalarRight<V>(float* left, float right, float* to, nint count)
            where V : struct, ISimdVector<V>
        {
            V value = V.Splat(right);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(TMap.Apply(V.Load(left + i), value), to + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(TMap.Apply(V.LoadPartial(left + i, rest), value), to + i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ScalarLeft<V>(float left, float* right, bool rightIsScalar, float* to, nint count)
            where V : struct, ISimdVector<V>
        {
            V value = V.Splat(left);
            if (rightIsScalar)
            {
                V result = TMap.Apply(value, V.Splat(*right));
                nint j = 0;
                for (; j <= count - V.Count; j += V.Count)
                {
                    V.Store(result, to + j);
                }

                if (count > j)
                {
                    V.StorePartial(result, to + j, (int)(count - j));
                }

                return;
            }

            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(TMap.Apply(value, V.Load(right + i)), to + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(TMap.Apply(value, V.LoadPartial(right + i, rest)), to + i, rest);
            }
        }
    }
}
