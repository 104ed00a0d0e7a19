using System.Runtime.CompilerServices;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Conversions of contiguous stretches between f32 and the 16-bit floats, nothing read or written beyond them.</summary>
internal static unsafe class Widening
{
    private const int MaxLanes = 16; // of the widest vector

    /// <summary>Widens bf16 exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromBFloat16<V>(ushort* source, float* target, nint count)
        where V : struct, ISimdVector<V>
    {
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V.Store(V.LoadBFloat16(source + i), target + i);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            ushort* lanes = stackalloc ushort[MaxLanes];
            CopyLanes(source + i, lanes, rest);
            V.StorePartial(V.LoadBFloat16(lanes), target + i, rest);
        }
    }

    /// <summary>Widens f16 exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromHalf<V>(ushort* source, float* target, nint count)
        where V : struct, ISimdVector<V>
    {
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V.Store(V.LoadHalf(source + i), target + i);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            ushort* lanes = stackalloc ushort[MaxLanes];
            CopyLanes(source + i, lanes, rest);
            V.StorePartial(V.LoadHalf(lanes), target + i, rest);
        }
    }

    /// <summary>Rounds to nearest even bf16; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBFloat16<V>(float* source, ushort* target, nint count)
        where V : struct, ISimdVector<V>
    {
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V.StoreBFloat16(V.Load(source + i), target + i);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            ushort* lanes = stackalloc ushort[MaxLanes];
            V.StoreBFloat16(V.LoadPartial(source + i, rest), lanes);
            CopyLanes(lanes, target + i, rest);
        }
    }

    /// <summary>Rounds to nearest even f16; overflow becomes infinity, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToHalf<V>(float* source, ushort* target, nint count)
        where V : struct, ISimdVector<V>
    {
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V.StoreHalf(V.Load(source + i), target + i);
        }

        int rest = (int)(count - i);
        if (rest > 0)
        {
            ushort* lanes = stackalloc ushort[MaxLanes];
            V.StoreHalf(V.LoadPartial(source + i, rest), lanes);
            CopyLanes(lanes, target + i, rest);
        }
    }

    private static void CopyLanes(ushort* source, ushort* target, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = source[i];
        }
    }
}
