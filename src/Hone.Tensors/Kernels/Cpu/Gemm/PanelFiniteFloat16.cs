using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Panels of IEEE half without infinities and NaN, which is what weights are.</summary>
internal readonly unsafe struct PanelFiniteFloat16 : IPanelElement
{
    public static int SizeBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* source)
        where V : struct, ISimdVector<V> => V.LoadFiniteHalf((ushort*)source);
}
