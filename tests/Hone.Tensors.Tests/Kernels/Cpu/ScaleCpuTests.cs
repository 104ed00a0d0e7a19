using Hone.Tensors.Kernels.Cpu.Elementwise;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class ScaleCpuTests
{
    [Fact]
    public void ScaleAndAddScaled_EverySizeAndWidth_MatchTheFormula()
    {
        foreach (int size in KernelSuite.Sizes)
        {
            float[] x = KernelSuite.Values(1, size);
            float[] y = KernelSuite.Values(2, size);
            double[] scaled = Array.ConvertAll(x, v => (v * -1.5) + 0.25);
            double[] added = x.Select((v, i) => (v * -1.5) + y[i]).ToArray();
            KernelSuite.AssertClose(() => Run(x, y), [scaled, added], 1e-6, 1e-6);
        }
    }

    [Fact]
    public void ScaleAndAddScaled_AnyThreadCount_SameBits()
    {
        float[] x = KernelSuite.Values(1, 70_001);
        float[] y = KernelSuite.Values(2, 70_001);

        KernelSuite.AssertSameForAllThreadCounts(() => Run(x, y));
    }

    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(3, 70, 4)]
    [InlineData(65, 33, 2)]
    [InlineData(31, 64, 1)]
    [InlineData(40, 40, 8)]
    public void Transpose_AnyShapeAndElementSize_ExchangesIndices(int rows, int columns, int elementSizeBytes)
    {
        int xStride = columns + 3, yStride = rows + 2;
        byte[] x = new byte[rows * xStride * elementSizeBytes];
        new Random(7).NextBytes(x);
        byte[] y = new byte[columns * yStride * elementSizeBytes];
        fixed (byte* from = x, to = y)
        {
            new TransposeCpu().Transpose(from, xStride, to, yStride, rows, columns, elementSizeBytes);
        }

        for (int column = 0; column < columns; column++)
        {
            for (int row = 0; row < yStride; row++)
            {
                ReadOnlySpan<byte> actual = y.AsSpan(((column * yStride) + row) * elementSizeBytes, elementSizeBytes);
                ReadOnlySpan<byte> expected = row < rows ? x.AsSpan(((row * xStride) + column) * elementSizeBytes, elementSizeBytes) : new byte[elementSizeBytes];
                Assert.True(actual.SequenceEqual(expected), $"[{column}, {row}]");
            }
        }
    }

    private static float[][] Run(float[] x, float[] y)
    {
        using var source = new GuardedFloats(x);
        using var scaled = new GuardedFloats(x.Length);
        using var sum = new GuardedFloats(y);
        new ScaleCpu().Scale(source.Pointer, -1.5f, 0.25f, scaled.Pointer, x.Length);
        new ScaleCpu().AddScaled(source.Pointer, -1.5f, sum.Pointer, x.Length);
        return [scaled.Read(), sum.Read()];
    }
}
