using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Reductions;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Softmax;

/// <summary>Softmax and log-softmax on the CPU; a row stays in the cache between its passes.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class SoftmaxCpu : ISoftmaxKernel
{
    private const long GrainElements = 8_192;

    /// <inheritdoc/>
    public void Softmax(float* x, float* y, long rows, long columns) => SimdParallel.For(rows, Grain(columns), new SoftmaxBody(x, y, columns));

    /// <inheritdoc/>
    public void SoftmaxBackward(float* y, float* dy, float* dx, long rows, long columns) =>
        SimdParallel.For(rows, Grain(columns), new SoftmaxBackwardBody(y, dy, dx, columns));

    /// <inheritdoc/>
    public void LogSoftmax(float* x, float* y, long rows, long columns) => SimdParallel.For(rows, Grain(columns), new LogSoftmaxBody(x, y, columns));

    /// <inheritdoc/>
    public void LogSoftmaxBackward(float* y, float* dy, float* dx, long rows, long columns) =>
        SimdParallel.For(rows, Grain(columns), new LogSoftmaxBackwardBody(y, dy, dx, columns));

    private static long Grain(long columns) => Math.Max(1, GrainElements / Math.Max(1, columns));

    private readonly struct SoftmaxBody(float* x, float* y, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                float* from = x + (row * columns);
                float* to = y + (row * columns);
                float sum = SoftmaxRows.Exponentials<V>(from, RowSums.MaxForShift<V>(from, (nint)columns), to, (nint)columns);
                SoftmaxRows.Scale<V>(to, 1f / sum, (nint)columns);
            }
        }
    }

    private readonly struct SoftmaxBackwardBody(float* y, float* dy, float* dx, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                long at = row * columns;
                float dot = RowSums.Dot<V>(y + at, dy + at, (nint)columns);
                Row<V>(y + at, dy + at, dot, dx + at, (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(float* y, float* dy, float dot, float* dx, nint count)
            where V : struct, ISimdVector<V>
        {
            V shift = V.Splat(dot);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.Load(y + i) * (V.Load(dy + i) - shift), dx + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(V.LoadPartial(y + i, rest) * (V.LoadPartial(dy + i, rest) - shift), dx + i, rest);
            }
        }
    }

    private readonly struct LogSoftmaxBody(float* x, float* y, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                float* from = x + (row * columns);
                float max = RowSums.MaxForShift<V>(from, (nint)columns);
                float logSum = MathF.Log(RowSums.SumExp<V>(from, max, (nint)columns));
                Row<V>(from, max, logSum, y + (row * columns), (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(float* x, float max, float logSum, float* y, nint count)
            where V : struct, ISimdVector<V>
        {
            // Two subtractions: max + logSum would round away the digits that matter for the likely entries.
            V first = V.Splat(max), second = V.Splat(logSum);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.Load(x + i) - first - second, y + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(V.LoadPartial(x + i, rest) - first - second, y + i, rest);
            }
        }
    }

    private readonly struct LogSoftmaxBackwardBody(float* y, float* dy, float* dx, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                long at = row * columns;
                Row<V>(y + at, dy + at, RowSums.Sum<V>(dy + at, (nint)columns), dx + at, (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(float* y, float* dy, float sum, float* dx, nint count)
            where V : struct, ISimdVector<V>
        {
            V factor = V.Splat(-sum);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.MultiplyAdd(SimdMath.ExpFlushed(V.Load(y + i)), factor, V.Load(dy + i)), dx + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(V.MultiplyAdd(SimdMath.ExpFlushed(V.LoadPartial(y + i, rest)), factor, V.LoadPartial(dy + i, rest)), dx + i, rest);
            }
        }
    }
}
