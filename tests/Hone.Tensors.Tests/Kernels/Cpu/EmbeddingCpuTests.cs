using Hone.Tensors.Kernels.Cpu.Embedding;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class EmbeddingCpuTests
{
    private const int TableRows = 11;

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Gather_EverySizeAndWidth_CopiesTheRows(DType dtype)
    {
        foreach (int columns in KernelSuite.Sizes)
        {
            float[] values = KernelSuite.Values(1, TableRows * columns);
            ushort[] halves = Array.ConvertAll(values, v => dtype == DType.BF16 ? ((BFloat16)v).Bits : BitConverter.HalfToUInt16Bits((Half)v));
            double[] stored = dtype switch
            {
                DType.F32 => KernelSuite.Double(values),
                DType.BF16 => Array.ConvertAll(halves, h => (double)(float)BFloat16.FromBits(h)),
                _ => Array.ConvertAll(halves, h => (double)BitConverter.UInt16BitsToHalf(h)),
            };
            long[] indices = [0, 10, 3, 3, 7];
            double[] expected = [.. indices.SelectMany(index => stored.Skip((int)index * columns).Take(columns))];
            KernelSuite.AssertClose(() => [Gather(dtype, values, halves, columns, indices)], [expected], 0, 0);
        }
    }

    [Fact]
    public void ScatterAdd_RepeatedIndicesAndPadding_AddsInOrder()
    {
        foreach (int columns in KernelSuite.Sizes)
        {
            long[] indices = [2, 0, 2, 10, 2, 1];
            float[] dy = KernelSuite.Values(1, indices.Length * columns);
            float[] start = KernelSuite.Values(2, TableRows * columns);
            double[] expected = KernelSuite.Double(start);
            for (int i = 0; i < dy.Length; i++)
            {
                int token = i / columns;
                expected[(indices[token] * columns) + (i % columns)] += indices[token] == 1 ? 0 : dy[i];
            }

            KernelSuite.AssertClose(() => [ScatterAdd(dy, start, columns, indices, paddingIndex: 1)], [expected], 1e-6, 1e-6);
        }
    }

    [Fact]
    public void ScatterAdd_AnyThreadCount_SameBits()
    {
        long[] indices = [.. Enumerable.Range(0, 300).Select(i => (long)(i * i % TableRows))];
        float[] dy = KernelSuite.Values(1, indices.Length * 577);
        float[] start = new float[TableRows * 577];

        KernelSuite.AssertSameForAllThreadCounts(() => [ScatterAdd(dy, start, 577, indices, paddingIndex: -1)]);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(11L)]
    [InlineData(long.MaxValue)]
    public void GatherAndScatterAdd_IndexOutsideTheTable_NamesPlaceAndValue(long index)
    {
        float[] table = new float[TableRows * 2];
        float[] dy = [1, 1, 1, 1];

        string gather = Assert.Throws<ArgumentOutOfRangeException>(() => Gather(DType.F32, table, [], 2, [0, index])).Message;
        string scatter = Assert.Throws<ArgumentOutOfRangeException>(() => ScatterAdd(dy, table, 2, [0, index], -1)).Message;

        Assert.Contains($"Index {index} at place 1 lies outside the embedding table of 11 rows", gather, StringComparison.Ordinal);
        Assert.Contains($"Index {index} at place 1", scatter, StringComparison.Ordinal);
    }

    private static float[] Gather(DType dtype, float[] values, ushort[] halves, int columns, long[] indices)
    {
        using var y = new GuardedFloats(indices.Length * columns);
        fixed (float* floats = values)
        fixed (ushort* shorts = halves)
        fixed (long* i = indices)
        {
            new EmbeddingCpu().Gather(dtype == DType.F32 ? floats : shorts, dtype, TableRows, columns, i, indices.Length, y.Pointer);
        }

        return y.Read();
    }

    private static float[] ScatterAdd(float[] dy, float[] start, int columns, long[] indices, long paddingIndex)
    {
        using var upstream = new GuardedFloats(dy);
        using var table = new GuardedFloats(start);
        fixed (long* i = indices)
        {
            new EmbeddingCpu().ScatterAdd(upstream.Pointer, i, indices.Length, TableRows, columns, table.Pointer, paddingIndex);
        }

        return table.Read();
    }
}
