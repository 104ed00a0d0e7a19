using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Reductions;

/// <summary>Adds partial rows in their order: the second step of every sum over rows.</summary>
internal static unsafe class PartialRows
{
    private const long Grain = 4_096;

    /// <summary><c>target[c] = Σ_p partials[p, c]</c>, zero without partials.</summary>
    /// <param name="partials"><c>[count, columns]</c>.</param>
    /// <param name="count">Partial rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="target"><c>[columns]</c>, overwritten.</param>
    public static void Combine(float* partials, long count, long columns, float* target) =>
        SimdParallel.For(columns, Grain, new Body(partials, count, columns, target));

    private readonly struct Body(float* partials, long count, long columns, float* target) : ISimdBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float* from = partials;
            float* to = target;
            nint rows = (nint)count;
            nint stride = (nint)columns;
            nint i = (nint)begin;
            nint last = (nint)end;
            for (; i <= last - V.Count; i += V.Count)
            {
                V sum = V.Zero;
                for (nint row = 0; row < rows; row++)
                {
                    sum += V.Load(from + (row * stride) + i);
                }

                V.Store(sum, to + i);
            }

            int rest = (int)(last - i);
            if (rest > 0)
            {
                V sum = V.Zero;
                for (nint row = 0; row < rows; row++)
                {
                    sum += V.LoadPartial(from + (row * stride) + i, rest);
                }

                V.StorePartial(sum, to + i, rest);
            }
        }
    }
}
