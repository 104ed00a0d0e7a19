using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Reductions;

/// <summary>Row and column reductions on the CPU.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class ReductionCpu : IReductionKernel
{
    private const long GrainElements = 16_384;

    /// <inheritdoc/>
    public void Rows(RowReduction reduction, float* x, float* y, long rows, long columns)
    {
        bool isSum = reduction is RowReduction.Sum or RowReduction.Mean or RowReduction.SumSquares;
        if (rows == 1 && isSum)
        {
            // A single row is a whole tensor: its blocks, not its rows, go to the threads.
            double sum = BlockSums.Compute(reduction == RowReduction.SumSquares ? BlockSums.Kind.SumSquares : BlockSums.Kind.Sum, x, columns);
            *y = (float)(reduction == RowReduction.Mean ? sum / columns : sum);
            return;
        }

        SimdParallel.For(rows, Grain(columns), new RowBody(reduction, x, y, columns));
    }

    /// <inheritdoc/>
    public void ArgMax(float* x, long* y, long rows, long columns)
    {
        if (rows > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        }

        SimdParallel.For(rows, Grain(columns), new ArgMaxBody(x, y, columns));
    }

    /// <inheritdoc/>
    public void SumColumns(float* x, float* y, long rows, long columns)
    {
        var chunks = new FixedChunks(rows);
        using var partials = new KernelScratch(chunks.Count * columns);
        SimdParallel.For(chunks.Count, Math.Max(1, GrainElements / Math.Max(1, columns * 16)), new ColumnBody(x, partials.Floats, chunks, columns));
        PartialRows.Combine(partials.Floats, chunks.Count, columns, y);
    }

    private static long Grain(long columns) => Math.Max(1, GrainElements / Math.Max(1, columns));

    private readonly struct RowBody(RowReduction reduction, float* x, float* y, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                y[row] = Reduce<V>(x + (row * columns));
            }
        }

        private float Reduce<V>(float* row)
            where V : struct, ISimdVector<V>
        {
            nint count = (nint)columns;
            switch (reduction)
            {
                case RowReduction.Sum:
                    return (float)BlockSums.Serial<V>(BlockSums.Kind.Sum, row, count);
                case RowReduction.Mean:
                    return (float)(BlockSums.Serial<V>(BlockSums.Kind.Sum, row, count) / count);
                case RowReduction.SumSquares:
                    return (float)BlockSums.Serial<V>(BlockSums.Kind.SumSquares, row, count);
                case RowReduction.Max:
                    return RowSums.Max<V>(row, count);
                case RowReduction.Min:
                    return RowSums.Min<V>(row, count);
                default:
                    float max = RowSums.Max<V>(row, count);

                    // ±∞ − ±∞ is NaN: a largest element of −∞ or ∞ is already the answer.
                    return float.IsInfinity(max) ? max : max + MathF.Log(RowSums.SumExp<V>(row, max, count));
            }
        }
    }

    private readonly struct ArgMaxBody(float* x, long* y, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                float* from = x + (row * columns);
                float max = RowSums.Max<V>(from, (nint)columns);
                var values = new ReadOnlySpan<float>(from, checked((int)columns));
                y[row] = float.IsNaN(max) ? FirstNaN(values) : values.IndexOf(max);
            }
        }

        private static long FirstNaN(ReadOnlySpan<float> values)
        {
            int i = 0;
            while (!float.IsNaN(values[i]))
            {
                i++;
            }

            return i;
        }
    }

    private readonly struct ColumnBody(float* x, float* partials, FixedChunks chunks, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long chunk = begin; chunk < end; chunk++)
            {
                float* partial = partials + (chunk * columns);
                (long first, long last) = chunks.Rows(chunk);
                Buffer.MemoryCopy(x + (first * columns), partial, columns * sizeof(float), columns * sizeof(float));
                for (long row = first + 1; row < last; row++)
                {
                    AddRow<V>(x + (row * columns), partial, (nint)columns);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddRow<V>(float* from, float* to, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.Load(to + i) + V.Load(from + i), to + i);
            }

            for (; i < count; i++)
            {
                to[i] += from[i];
            }
        }
    }
}
