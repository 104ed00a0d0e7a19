using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Reductions;

/// <summary>Sums of long stretches: f32 within blocks of fixed size, f64 across them, blocks shared by the threads.</summary>
internal static unsafe class BlockSums
{
    // Long enough to hide the change to f64, short enough that f32 keeps six digits.
    private const long BlockSize = 4_096;
    private const long BlocksPerThread = 4;

    /// <summary>What is summed.</summary>
    internal enum Kind
    {
        /// <summary>The elements.</summary>
        Sum,

        /// <summary>Their squares.</summary>
        SumSquares,
    }

    /// <summary>The sum of <paramref name="count"/> elements; 0 without elements.</summary>
    public static double Compute(Kind kind, float* x, long count)
    {
        long blocks = (count + BlockSize - 1) / BlockSize;
        if (blocks <= 1)
        {
            double single = 0;
            SimdParallel.For(blocks, 1, new Body(kind, x, count, &single));
            return single;
        }

        double[] sums = new double[blocks];
        fixed (double* target = sums)
        {
            SimdParallel.For(blocks, BlocksPerThread, new Body(kind, x, count, target));
        }

        double total = 0;
        foreach (double sum in sums)
        {
            total += sum;
        }

        return total;
    }

    /// <summary>The sum of a stretch on the calling thread.</summary>
    public static double Serial<V>(Kind kind, float* x, long count)
        where V : struct, ISimdVector<V>
    {
        double total = 0;
        for (long at = 0; at < count; at += BlockSize)
        {
            total += Block<V>(kind, x + at, (nint)Math.Min(BlockSize, count - at));
        }

        return total;
    }

    private static float Block<V>(Kind kind, float* x, nint count)
        where V : struct, ISimdVector<V> =>
        kind == Kind.Sum ? RowSums.Sum<V>(x, count) : RowSums.Dot<V>(x, x, count);

    private readonly struct Body(Kind kind, float* x, long count, double* sums) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long block = begin; block < end; block++)
            {
                long at = block * BlockSize;
                sums[block] = Block<V>(kind, x + at, (nint)Math.Min(BlockSize, count - at));
            }
        }
    }
}
