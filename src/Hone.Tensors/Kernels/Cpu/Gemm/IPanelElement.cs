using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>How the elements of a packed panel of B are stored; a micro-kernel is compiled for each of them.</summary>
internal unsafe interface IPanelElement
{
    /// <summary>Bytes of one element.</summary>
    static abstract int SizeBytes { get; }

    /// <summary>Reads <c>V.Count</c> elements, widened to f32 without rounding.</summary>
    static abstract V Load<V>(byte* source)
        where V : struct, ISimdVector<V>;
}
