using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Panels of signed bytes, whose scales the caller applies.</summary>
internal readonly unsafe struct PanelInt8 : IPanelElement
{
    public static int SizeBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* source)
        where V : struct, ISimdVector<V> => V.LoadInt8((sbyte*)source);
}
