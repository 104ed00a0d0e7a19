using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Panels of bf16.</summary>
internal readonly unsafe struct PanelBFloat16 : IPanelElement
{
    public static int SizeBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* source)
        where V : struct, ISimdVector<V> => V.LoadBFloat16((ushort*)source);
}
