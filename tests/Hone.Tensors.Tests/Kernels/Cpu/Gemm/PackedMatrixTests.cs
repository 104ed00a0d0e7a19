using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

public sealed unsafe class PackedMatrixTests
{
    public static TheoryData<int, int> LevelsAndFormats
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
            {
                foreach (PanelFormat format in Enum.GetValues<PanelFormat>())
                {
                    data.Add((int)level, (int)format);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Multiply_OddSizes_MatchesFloat64(int level, int format)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        int cases = 0;
        foreach (bool transB in (bool[])[true, false])
        {
            foreach (int m in (int[])[1, 2, 3, 4, 5, 7, 8, 12, 13, 29, 40])
            {
                foreach ((int n, int k) in ((int, int)[])[(1, 1), (7, 5), (8, 40), (15, 17), (16, 3), (33, 8), (64, 31), (70, 400), (150, 1)])
                {
                    using var product = new ProductCase(false, transB, m, n, k, cases % 3, cases % 2 == 0, cases % 5 == 0);
                    using PackedMatrix packed = Pack(product, (PanelFormat)format);
                    using GuardedMatrix c = product.Initial.Clone();
                    packed.Multiply(m, product.A.Pointer, product.A.Stride, c.Pointer, c.Stride, product.Accumulate, product.BiasPointer);
                    product.AssertCorrect(c, $"{(SimdLevel)level} {(PanelFormat)format}");
                    cases++;
                }
            }
        }

        Assert.Equal(2 * 11 * 9, cases);
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Multiply_OneRow_SameBitsAsInAnyBatch(int level, int format)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        using var product = new ProductCase(false, true, 37, 203, 801, 3, false, true);
        using PackedMatrix packed = Pack(product, (PanelFormat)format);
        using GuardedMatrix all = product.Initial.Clone();
        packed.Multiply(37, product.A.Pointer, product.A.Stride, all.Pointer, all.Stride, false, product.BiasPointer);
        product.AssertCorrect(all, "37 rows");

        foreach (int batch in (int[])[1, 2, 3, 4, 7, 12, 13])
        {
            using GuardedMatrix parts = product.Initial.Clone();
            for (int row = 0; row < 37; row += batch)
            {
                int rows = Math.Min(batch, 37 - row);
                packed.Multiply(
                    rows, product.A.Pointer + (row * product.A.Stride), product.A.Stride, parts.Pointer + (row * parts.Stride), parts.Stride, false, product.BiasPointer);
            }

            parts.AssertSameBits(all, $"batches of {batch} and 37 rows");
        }
    }

    [Fact]
    public void Multiply_Float32_SameBitsAsUnpacked()
    {
        using var product = new ProductCase(false, true, 29, 300, 801, 1, true, false);
        using PackedMatrix packed = Pack(product, PanelFormat.Float32);
        using GuardedMatrix c = product.Initial.Clone();
        packed.Multiply(29, product.A.Pointer, product.A.Stride, c.Pointer, c.Stride, accumulate: true);
        using GuardedMatrix unpacked = product.Multiply();

        product.AssertCorrect(c, "packed");
        c.AssertSameBits(unpacked, "packed and unpacked");
    }

    [Theory]
    [InlineData(1, 3000, 400)]
    [InlineData(5, 1000, 300)]
    [InlineData(200, 90, 300)]
    [InlineData(90, 200, 500)]
    public void Multiply_OneTwoAndSevenThreads_SameBits(int m, int n, int k)
    {
        foreach (PanelFormat format in Enum.GetValues<PanelFormat>())
        {
            using var product = new ProductCase(false, true, m, n, k, 1, true, false);
            GuardedMatrix? one = null;
            foreach (int threads in (int[])[1, 2, 7])
            {
                using IDisposable use = ComputeThreads.Use(threads);
                using PackedMatrix packed = Pack(product, format);
                GuardedMatrix c = product.Initial.Clone();
                packed.Multiply(m, product.A.Pointer, product.A.Stride, c.Pointer, c.Stride, accumulate: true);
                product.AssertCorrect(c, $"{threads} threads");
                one ??= c;
                one.AssertSameBits(c, $"1 and {threads} threads");
                if (!ReferenceEquals(one, c))
                {
                    c.Dispose();
                }
            }

            one!.Dispose(); // set in the first round
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Multiply_InfinitySubnormalAndNaNWeights_AreWidenedExactly(int level, int format)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        // IEEE half and bf16 patterns: 1, -2, smallest subnormal, +infinity, NaN.
        (ushort Bits, float Value)[] values = (PanelFormat)format switch
        {
            PanelFormat.Float16 =>
                [(0x3c00, 1f), (0xc000, -2f), (0x0001, 5.9604645e-8f), (0x7c00, float.PositiveInfinity), (0x7e00, float.NaN)],
            _ => [(0x3f80, 1f), (0xc000, -2f), (0x0001, 9.1835e-41f), (0x7f80, float.PositiveInfinity), (0x7fc0, float.NaN)],
        };
        foreach (int m in (int[])[1, 5, 30])
        {
            float[] x = new float[m], y = new float[m * values.Length];
            Array.Fill(x, 1f);
            ushort[] half = [.. values.Select(value => value.Bits)];
            float[] full = [.. values.Select(value => value.Value)];
            fixed (ushort* h = half)
            {
                fixed (float* f = full, a = x, c = y)
                {
                    void* source = (PanelFormat)format == PanelFormat.Float32 ? f : h;
                    using PackedMatrix packed = PackedMatrix.Pack((PanelFormat)format, source, 1, values.Length, 1, transB: true);
                    packed.Multiply(m, a, 1, c, values.Length);
                }
            }

            for (int i = 0; i < y.Length; i++)
            {
                Assert.Equal(values[i % values.Length].Value, y[i]);
            }
        }
    }

    [Fact]
    public void Multiply_Disposed_Throws()
    {
        float value = 1;
        PackedMatrix packed = PackedMatrix.Pack(PanelFormat.Float32, &value, 1, 1, 1, transB: true);
        packed.Dispose();

        float result;
        float* c = &result;
        Assert.Throws<ObjectDisposedException>(() => packed.Multiply(1, c, 1, c, 1));
    }

    /// <summary>Packs the case's B, after rounding it in place to values that the format holds exactly.</summary>
    private static PackedMatrix Pack(ProductCase product, PanelFormat format)
    {
        GuardedMatrix b = product.B;
        if (format == PanelFormat.Float32)
        {
            return PackedMatrix.Pack(format, b.Pointer, b.Stride, product.N, product.K, product.TransB);
        }

        var bits = new ushort[b.Rows * b.Stride];
        for (int i = 0; i < b.Rows; i++)
        {
            for (int j = 0; j < b.Columns; j++)
            {
                if (format == PanelFormat.Float16)
                {
                    var half = (Half)b[i, j];
                    bits[(i * b.Stride) + j] = BitConverter.HalfToUInt16Bits(half);
                    b[i, j] = (float)half;
                }
                else
                {
                    uint truncated = BitConverter.SingleToUInt32Bits(b[i, j]) >> 16;
                    bits[(i * b.Stride) + j] = (ushort)truncated;
                    b[i, j] = BitConverter.UInt32BitsToSingle(truncated << 16);
                }
            }
        }

        fixed (ushort* source = bits)
        {
            return PackedMatrix.Pack(format, source, b.Stride, product.N, product.K, product.TransB);
        }
    }
}
