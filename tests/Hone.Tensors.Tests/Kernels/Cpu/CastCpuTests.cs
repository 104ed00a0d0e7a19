using System.Runtime.InteropServices;
using Hone.Tensors.Kernels.Cpu.Casts;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class CastCpuTests
{
    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Convert_All65536Values_WidenExactlyAndComeBack(DType dtype)
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        double[] expected = Array.ConvertAll(all, h => dtype == DType.BF16 ? (double)(float)BFloat16.FromBits(h) : (double)BitConverter.UInt16BitsToHalf(h));

        KernelSuite.AssertClose(() => [Widen(dtype, all)], [expected], 0, 0);
        KernelSuite.AssertClose(() => [Array.ConvertAll(Narrow(dtype, Widen(dtype, all)), h => Canonical(dtype, h))], [Array.ConvertAll(all, h => (double)Canonical(dtype, h))], 0, 0);
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Convert_RandomBitsAndTies_RoundToNearestEven(DType dtype)
    {
        var random = new Random(11);
        float[] x = [.. Enumerable.Range(0, 200_000).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)))];
        float[] ties = [.. Enumerable.Range(0, 65535).Select(i => BitConverter.UInt32BitsToSingle(((uint)i << 16) | 0x8000u))];
        float[] halfTies = [.. Enumerable.Range(0x0400, 0x7800).Select(i => ((float)BitConverter.UInt16BitsToHalf((ushort)i) + (float)BitConverter.UInt16BitsToHalf((ushort)(i + 1))) / 2)];
        float[] edges = [65504f, 65519.996f, 65520f, 65536f, 5.9604645e-8f, 2.9802322e-8f, 2.9802326e-8f, 6.1035156e-5f, 6.0975e-5f, float.MaxValue, float.Epsilon, -0f];
        float[] all = [.. x, .. ties, .. halfTies, .. edges];
        double[] expected = Array.ConvertAll(all, v => (double)Canonical(dtype, dtype == DType.BF16 ? ((BFloat16)v).Bits : BitConverter.HalfToUInt16Bits((Half)v)));

        KernelSuite.AssertClose(() => [Array.ConvertAll(Narrow(dtype, all), h => Canonical(dtype, h))], [expected], 0, 0);
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Convert_EverySize_WritesNothingOutside(DType dtype)
    {
        foreach (int size in KernelSuite.Sizes)
        {
            float[] x = KernelSuite.Values(1, size);
            double[] expected = Array.ConvertAll(x, v => dtype == DType.BF16 ? (double)(float)(BFloat16)v : (double)(Half)v);
            KernelSuite.AssertClose(() => [Widen(dtype, Narrow(dtype, x))], [expected], 0, 0);
        }
    }

    [Fact]
    public void Convert_UnsupportedPair_IsRefused()
    {
        Assert.False(new CastCpu().Supports(DType.F32, DType.I64));
        Assert.Throws<ArgumentException>(() => new CastCpu().Convert(DType.F32, null, DType.I64, null, 0));
    }

    // One NaN stands for all: which payload survives is not part of the contract, that it stays NaN is.
    private static float Canonical(DType dtype, ushort bits) =>
        dtype == DType.BF16 ? (float.IsNaN(BFloat16.FromBits(bits)) ? -1 : bits) : Half.IsNaN(BitConverter.UInt16BitsToHalf(bits)) ? -1 : bits;

    private static float[] Widen(DType dtype, ushort[] values)
    {
        using var target = new GuardedFloats(values.Length);
        fixed (ushort* source = values)
        {
            new CastCpu().Convert(dtype, source, DType.F32, target.Pointer, values.Length);
        }

        return target.Read();
    }

    private static ushort[] Narrow(DType dtype, float[] values)
    {
        using var source = new GuardedFloats(values);
        using var target = new GuardedFloats((values.Length + 1) / 2);
        if (values.Length % 2 == 1)
        {
            ((ushort*)target.Pointer)[values.Length] = 0xbeef; // the half word behind an odd count
        }

        new CastCpu().Convert(DType.F32, source.Pointer, dtype, target.Pointer, values.Length);
        ushort[] result = MemoryMarshal.Cast<float, ushort>(target.Read()).ToArray();
        Assert.True(values.Length % 2 == 0 || result[^1] == 0xbeef, "a cast wrote behind its target");
        return result[..values.Length];
    }
}
