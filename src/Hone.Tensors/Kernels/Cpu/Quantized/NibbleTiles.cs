using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Products of a panel of nibbles with rows of bytes.</summary>
/// <remarks>
/// Within a group sums are exact integers; the groups are added in order with one fused multiply-add each, <c>sum += integers · (scale · row scale)</c>,
/// so that a result has the same bits whatever the number of rows and the width of the vectors.
/// </remarks>
/// <typeparam name="I">Integer vector.</typeparam>
/// <typeparam name="V">f32 vector of as many lanes.</typeparam>
internal static unsafe class NibbleTiles<I, V>
    where I : struct, IIntVector<I, V>
    where V : struct, ISimdVector<V>
{
    // Bytes of weights to ask for ahead: a step over SmolLM2-135M that reads them from memory takes three quarters of the time (Zen 3).
    private const int Ahead = 1024;

    /// <summary>One row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run1(in QuantizedTile tile)
    {
        nint size = V.Count * sizeof(float);
        byte* w = tile.Levels, x = tile.Integers;
        float* scales = tile.Scales;
        byte* rowScales = (byte*)tile.RowScales, starts = (byte*)tile.Starts;
        int groups = tile.Groups;
        nint groupBytes = tile.GroupBytes;
        V s0_0 = V.Zero, s0_1 = V.Zero;
        for (; groups > 0; groups--)
        {
            I a0_0 = I.StartBytes(*(int*)starts), a0_1 = a0_0;
            for (byte* end = x + groupBytes; x < end;)
            {
                I w0 = I.Load(w), w1 = I.Load(w + size);
                Prefetch.Line((float*)(w + Ahead));
                I u0 = I.LowNibbles(w0), u1 = I.LowNibbles(w1);
                I b = I.Repeat(x);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                u0 = I.HighNibbles(w0);
                u1 = I.HighNibbles(w1);
                b = I.Repeat(x + 4);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                w += 2 * size;
                x += 8;
            }

            V scale0 = V.Load(scales), scale1 = V.Load(scales + V.Count);
            V d = V.Splat(*(float*)rowScales);
            s0_0 = V.MultiplyAdd(I.BytesToSingle(a0_0), scale0 * d, s0_0);
            s0_1 = V.MultiplyAdd(I.BytesToSingle(a0_1), scale1 * d, s0_1);
            scales += 2 * V.Count;
            rowScales += sizeof(float);
            starts += sizeof(int);
        }

        V.Store(s0_0, tile.Sums);
        V.Store(s0_1, tile.Sums + V.Count);
    }

    /// <summary>Two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run2(in QuantizedTile tile)
    {
        nint size = V.Count * sizeof(float);
        byte* w = tile.Levels, x = tile.Integers;
        float* scales = tile.Scales;
        byte* rowScales = (byte*)tile.RowScales, starts = (byte*)tile.Starts;
        int groups = tile.Groups;
        nint groupBytes = tile.GroupBytes;
        nint r1 = tile.RowBytes;
        V s0_0 = V.Zero, s0_1 = V.Zero, s1_0 = V.Zero, s1_1 = V.Zero;
        for (; groups > 0; groups--)
        {
            I a0_0 = I.StartBytes(*(int*)starts), a0_1 = a0_0;
            I a1_0 = I.StartBytes(*(int*)(starts + r1)), a1_1 = a1_0;
            for (byte* end = x + groupBytes; x < end;)
            {
                I w0 = I.Load(w), w1 = I.Load(w + size);
                Prefetch.Line((float*)(w + Ahead));
                I u0 = I.LowNibbles(w0), u1 = I.LowNibbles(w1);
                I b = I.Repeat(x);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                b = I.Repeat(x + r1);
                a1_0 = I.AddBytes(a1_0, u0, b);
                a1_1 = I.AddBytes(a1_1, u1, b);
                u0 = I.HighNibbles(w0);
                u1 = I.HighNibbles(w1);
                b = I.Repeat(x + 4);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                b = I.Repeat(x + r1 + 4);
                a1_0 = I.AddBytes(a1_0, u0, b);
                a1_1 = I.AddBytes(a1_1, u1, b);
                w += 2 * size;
                x += 8;
            }

            V scale0 = V.Load(scales), scale1 = V.Load(scales + V.Count);
            V d = V.Splat(*(float*)rowScales);
            s0_0 = V.MultiplyAdd(I.BytesToSingle(a0_0), scale0 * d, s0_0);
            s0_1 = V.MultiplyAdd(I.BytesToSingle(a0_1), scale1 * d, s0_1);
            d = V.Splat(*(float*)(rowScales + r1));
            s1_0 = V.MultiplyAdd(I.BytesToSingle(a1_0), scale0 * d, s1_0);
            s1_1 = V.MultiplyAdd(I.BytesToSingle(a1_1), scale1 * d, s1_1);
            scales += 2 * V.Count;
            rowScales += sizeof(float);
            starts += sizeof(int);
        }

        V.Store(s0_0, tile.Sums);
        V.Store(s0_1, tile.Sums + V.Count);
        V.Store(s1_0, tile.Sums + (2 * V.Count));
        V.Store(s1_1, tile.Sums + (3 * V.Count));
    }

    /// <summary>Four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run4(in QuantizedTile tile)
    {
        nint size = V.Count * sizeof(float);
        byte* w = tile.Levels, x = tile.Integers;
        float* scales = tile.Scales;
        byte* rowScales = (byte*)tile.RowScales, starts = (byte*)tile.Starts;
        int groups = tile.Groups;
        nint groupBytes = tile.GroupBytes;
        nint r1 = tile.RowBytes, r2 = 2 * r1, r3 = 3 * r1;
        float* sums = tile.Sums;
        new Span<float>(sums, 8 * V.Count).Clear();
        for (; groups > 0; groups--)
        {
            I a0_0 = I.StartBytes(*(int*)starts), a0_1 = a0_0;
            I a1_0 = I.StartBytes(*(int*)(starts + r1)), a1_1 = a1_0;
            I a2_0 = I.StartBytes(*(int*)(starts + r2)), a2_1 = a2_0;
            I a3_0 = I.StartBytes(*(int*)(starts + r3)), a3_1 = a3_0;
            for (byte* end = x + groupBytes; x < end;)
            {
                I w0 = I.Load(w), w1 = I.Load(w + size);
                Prefetch.Line((float*)(w + Ahead));
                I u0 = I.LowNibbles(w0), u1 = I.LowNibbles(w1);
                I b = I.Repeat(x);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                b = I.Repeat(x + r1);
                a1_0 = I.AddBytes(a1_0, u0, b);
                a1_1 = I.AddBytes(a1_1, u1, b);
                b = I.Repeat(x + r2);
                a2_0 = I.AddBytes(a2_0, u0, b);
                a2_1 = I.AddBytes(a2_1, u1, b);
                b = I.Repeat(x + r3);
                a3_0 = I.AddBytes(a3_0, u0, b);
                a3_1 = I.AddBytes(a3_1, u1, b);
                u0 = I.HighNibbles(w0);
                u1 = I.HighNibbles(w1);
                b = I.Repeat(x + 4);
                a0_0 = I.AddBytes(a0_0, u0, b);
                a0_1 = I.AddBytes(a0_1, u1, b);
                b = I.Repeat(x + r1 + 4);
                a1_0 = I.AddBytes(a1_0, u0, b);
                a1_1 = I.AddBytes(a1_1, u1, b);
                b = I.Repeat(x + r2 + 4);
                a2_0 = I.AddBytes(a2_0, u0, b);
                a2_1 = I.AddBytes(a2_1, u1, b);
                b = I.Repeat(x + r3 + 4);
                a3_0 = I.AddBytes(a3_0, u0, b);
                a3_1 = I.AddBytes(a3_1, u1, b);
                w += 2 * size;
                x += 8;
            }

            V scale0 = V.Load(scales), scale1 = V.Load(scales + V.Count);
            V d = V.Splat(*(float*)rowScales);
            V.Store(V.MultiplyAdd(I.BytesToSingle(a0_0), scale0 * d, V.Load(sums)), sums);
            V.Store(V.MultiplyAdd(I.BytesToSingle(a0_1), scale1 * d, V.Load(sums + V.Count)), sums + V.Count);
            d = V.Splat(*(float*)(rowScales + r1));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a1_0), scale0 * d, V.Load(sums + (2 * V.Count))), sums + (2 * V.Count));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a1_1), scale1 * d, V.Load(sums + (3 * V.Count))), sums + (3 * V.Count));
            d = V.Splat(*(float*)(rowScales + r2));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a2_0), scale0 * d, V.Load(sums + (4 * V.Count))), sums + (4 * V.Count));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a2_1), scale1 * d, V.Load(sums + (5 * V.Count))), sums + (5 * V.Count));
            d = V.Splat(*(float*)(rowScales + r3));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a3_0), scale0 * d, V.Load(sums + (6 * V.Count))), sums + (6 * V.Count));
            V.Store(V.MultiplyAdd(I.BytesToSingle(a3_1), scale1 * d, V.Load(sums + (7 * V.Count))), sums + (7 * V.Count));
            scales += 2 * V.Count;
            rowScales += sizeof(float);
            starts += sizeof(int);
        }
    }
}
