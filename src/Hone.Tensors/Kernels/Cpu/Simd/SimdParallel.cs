using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Runs an <see cref="ISimdBody"/> in the vector width of the calling thread, split over the compute threads.</summary>
internal static class SimdParallel
{
    /// <summary>Splits [0, <paramref name="count"/>) into contiguous ranges of at least <paramref name="grain"/> items and runs them.</summary>
    public static void For<TBody>(long count, long grain, TBody body)
        where TBody : struct, ISimdBody
    {
        switch (SimdDispatch.Current)
        {
            case SimdLevel.Vector512:
                For<TBody, Vec512>(count, grain, body);
                break;
            case SimdLevel.Vector256:
                For<TBody, Vec256>(count, grain, body);
                break;
            default:
                For<TBody, Vec128>(count, grain, body);
                break;
        }
    }

    private static void For<TBody, V>(long count, long grain, TBody body)
        where TBody : struct, ISimdBody
        where V : struct, ISimdVector<V>
    {
        if (count < 2 * grain || ComputeThreads.Count == 1)
        {
            if (count > 0)
            {
                body.Run<V>(0, count); // no closure: most calls on small tensors end here
            }

            return;
        }

        Split<TBody, V>(count, grain, body);
    }

    private static void Split<TBody, V>(long count, long grain, TBody body)
        where TBody : struct, ISimdBody
        where V : struct, ISimdVector<V> =>
        ComputeThreads.ForRange(count, grain, (begin, end) => body.Run<V>(begin, end));
}
