using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Reductions;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>Adafactor on the CPU: two passes that read the gradient and one that also reads and writes the values.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class AdafactorCpu : IAdafactorKernel
{
    // Rows whose columns are summed in f32 before the blocks are added in f64: fixed, so that threads do not change the order.
    private const int BlockRows = 32;
    private const long ElementsPerThread = 16_384;

    /// <inheritdoc/>
    public void SquareSums(float* g, float* rowSums, float* columnSums, int rows, int columns)
    {
        int blocks = (rows + BlockRows - 1) / BlockRows;
        float[] partial = new float[(long)blocks * columns];
        fixed (float* partials = partial)
        {
            long grain = Math.Max(1, ElementsPerThread / ((long)BlockRows * columns));
            SimdParallel.For(blocks, grain, new SumBody(g, rowSums, partials, rows, columns));
        }

        double[] sums = new double[columns];
        for (int block = 0; block < blocks; block++)
        {
            ReadOnlySpan<float> values = partial.AsSpan(block * columns, columns);
            for (int i = 0; i < columns; i++)
            {
                sums[i] += values[i];
            }
        }

        for (int i = 0; i < columns; i++)
        {
            columnSums[i] = (float)sums[i];
        }
    }

    /// <inheritdoc/>
    public double UpdateSquares(float* g, float* rowFactors, float* columnFactors, int rows, int columns)
    {
        double[] squares = new double[rows];
        fixed (double* target = squares)
        {
            SimdParallel.For(rows, Math.Max(1, ElementsPerThread / columns), new SquareBody(g, rowFactors, columnFactors, target, columns));
        }

        double total = 0;
        foreach (double square in squares)
        {
            total += square;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Update(in AdafactorUpdate update) =>
        SimdParallel.For(update.Rows, Math.Max(1, ElementsPerThread / update.Columns), new UpdateBody(update));

    private readonly struct SumBody(float* g, float* rowSums, float* partials, int rows, int columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long block = begin; block < end; block++)
            {
                long last = Math.Min(rows, (block + 1) * BlockRows);
                float* sums = partials + (block * columns); // zero: a new array
                for (long row = block * BlockRows; row < last; row++)
                {
                    float* x = g + (row * columns);
                    rowSums[row] = (float)BlockSums.Serial<V>(BlockSums.Kind.SumSquares, x, columns);
                    AddSquares<V>(x, sums, columns);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddSquares<V>(float* x, float* sums, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V value = V.Load(x + i);
                V.Store(V.MultiplyAdd(value, value, V.Load(sums + i)), sums + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V value = V.LoadPartial(x + i, rest);
                V.StorePartial(V.MultiplyAdd(value, value, V.LoadPartial(sums + i, rest)), sums + i, rest);
            }
        }
    }

    private readonly struct SquareBody(float* g, float* rowFactors, float* columnFactors, double* squares, int columns) : ISimdBody
    {
        // f32 sums of at most this many squares, as in BlockSums.
        private const int Stretch = 4_096;

        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                double sum = 0;
                for (int at = 0; at < columns; at += Stretch)
                {
                    sum += ScaledSquares<V>(g + (row * columns) + at, columnFactors + at, Math.Min(Stretch, columns - at));
                }

                squares[row] = sum * rowFactors[row] * rowFactors[row];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float ScaledSquares<V>(float* x, float* factors, nint count)
            where V : struct, ISimdVector<V>
        {
            V sum = V.Zero;
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V value = V.Load(x + i) * V.Load(factors + i);
                sum = V.MultiplyAdd(value, value, sum);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V value = V.LoadPartial(x + i, rest) * V.LoadPartial(factors + i, rest);
                sum = V.MultiplyAdd(value, value, sum);
            }

            return V.Sum(sum);
        }
    }

    private readonly struct UpdateBody(in AdafactorUpdate update) : ISimdBody
    {
        private readonly AdafactorUpdate _update = update;

        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            AdafactorUpdate u = _update;
            for (long row = begin; row < end; row++)
            {
                long at = row * u.Columns;
                Row<V>(u, u.Parameter + at, u.Gradient + at, u.FirstMoment == null ? null : u.FirstMoment + at, u.Step * u.RowFactors[row]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(in AdafactorUpdate u, float* p, float* g, float* m, float factor)
            where V : struct, ISimdVector<V>
        {
            float* factors = u.ColumnFactors;
            nint count = u.Columns;
            V step = V.Splat(factor), keep = V.Splat(u.Keep), beta1 = V.Splat(u.Beta1), oneMinusBeta1 = V.Splat(1 - u.Beta1);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V moved = V.Load(g + i) * V.Load(factors + i) * step;
                if (m != null)
                {
                    moved = V.MultiplyAdd(moved, oneMinusBeta1, V.Load(m + i) * beta1);
                    V.Store(moved, m + i);
                }

                V.Store((V.Load(p + i) * keep) - moved, p + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V moved = V.LoadPartial(g + i, rest) * V.LoadPartial(factors + i, rest) * step;
                if (m != null)
                {
                    moved = V.MultiplyAdd(moved, oneMinusBeta1, V.LoadPartial(m + i, rest) * beta1);
                    V.StorePartial(moved, m + i, rest);
                }

                V.StorePartial((V.LoadPartial(p + i, rest) * keep) - moved, p + i, rest);
            }
        }
    }
}
