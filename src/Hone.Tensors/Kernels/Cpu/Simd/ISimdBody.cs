namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Work on a range of independent items, written once for all vector widths; <see cref="SimdParallel"/> runs it.</summary>
/// <remarks>
/// Implemented by small structs that hold the pointers and sizes of one call. <see cref="Run"/> copies its fields to locals first: a store
/// through a pointer field could change the field for all the JIT knows.
/// </remarks>
internal interface ISimdBody
{
    /// <summary>Computes the items [<paramref name="begin"/>, <paramref name="end"/>), each the same way whatever the range.</summary>
    void Run<V>(long begin, long end)
        where V : struct, ISimdVector<V>;
}
