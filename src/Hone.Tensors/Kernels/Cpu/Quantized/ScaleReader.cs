using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Widens a panel's scales or minima to f32, <c>[groups][lanes]</c>, once for all rows of activations.</summary>
internal static unsafe class ScaleReader<V>
    where V : struct, ISimdVector<V>
{
    /// <summary>Reads the part of a panel at <paramref name="part"/> into <paramref name="target"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(in QuantizedPanelLayout layout, byte* part, float* target)
    {
        nint count = (nint)layout.Groups * layout.Lanes;
        switch (layout.Scheme.Scales)
        {
            case ScaleEncoding.Half:
                for (nint i = 0; i < count; i += V.Count)
                {
                    V.Store(V.LoadHalf((ushort*)part + i), target + i);
                }

                break;
            case ScaleEncoding.HalfTimesByte:
                ReadTwoParts(layout, (ushort*)part, (sbyte*)(part + (layout.Supers * layout.Lanes * sizeof(ushort))), target);
                break;
            default:
                Buffer.MemoryCopy(part, target, count * sizeof(float), count * sizeof(float));
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadTwoParts(in QuantizedPanelLayout layout, ushort* halves, sbyte* factors, float* target)
    {
        int groups = QuantizedScheme.SuperLength / layout.Scheme.Group;
        for (int super = 0; super < layout.Supers; super++)
        {
            V first = V.LoadHalf(halves), second = V.LoadHalf(halves + V.Count);
            for (int g = 0; g < groups; g++)
            {
                V.Store(first * V.LoadInt8(factors), target);
                V.Store(second * V.LoadInt8(factors + V.Count), target + V.Count);
                factors += layout.Lanes;
                target += layout.Lanes;
            }

            halves += layout.Lanes;
        }
    }
}
