using System.Buffers.Binary;
using Hone.Tensors.Kernels.Cpu.Quantized;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Quantization;
using Hone.Tensors.Tests.Kernels.Cpu.Gemm;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu.Quantized;

public sealed unsafe class PackedQuantizedMatrixTests
{
    public static TheoryData<BlockFormat> Formats => QuantizedCase.Formats;

    [Theory]
    [MemberData(nameof(Formats))]
    public void ReadRow_EveryRowAndWidth_IsWhatTheCodecSays(BlockFormat format)
    {
        var c = new QuantizedCase(format, 37, 512);
        foreach (SimdLevel level in KernelSuite.Levels)
        {
            using var scope = TensorScope.Begin("test");
            using SimdDispatch.Restore restore = SimdDispatch.Use(level);
            using PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([c.Matrix()]);
            var row = new float[c.Columns];
            fixed (float* target = row)
            {
                for (int r = 0; r < c.Rows; r++)
                {
                    packed.ReadRow(r, target);

                    Assert.Equal(c.Weights[(r * c.Columns)..((r + 1) * c.Columns)], row);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_OddSizes_EqualsTheRoundedActivationsTimesTheWeights(BlockFormat format)
    {
        int compared = 0;
        foreach ((int n, int k) in ((int, int)[])[(1, 256), (16, 512), (37, 768), (70, 256)])
        {
            var c = new QuantizedCase(format, n, k);
            foreach (int m in (int[])[1, 2, 3, 5, 9])
            {
                float[] x = c.Activations(m);
                double[] expected = c.Product(x, rounds: true, out double[] magnitude);
                foreach (SimdLevel level in KernelSuite.Levels)
                {
                    using SimdDispatch.Restore restore = SimdDispatch.Use(level);
                    float[] y = Multiply(c, x, m, withBias: true);
                    for (int i = 0; i < y.Length; i++)
                    {
                        // One rounding a group and one for its scale, each relative to at most the sum of magnitudes.
                        double tolerance = 2e-7 * (8 + Math.Sqrt(k)) * (magnitude[i] + 1);
                        Assert.True(Math.Abs(y[i] - expected[i] - Bias(i % n)) <= tolerance, $"{level} {m}x{n}x{k} element {i}: {y[i]:R}, expected {expected[i] + Bias(i % n):R} ± {tolerance:E1}");
                        compared++;
                    }
                }
            }
        }

        Assert.Equal(3 * 20 * (1 + 16 + 37 + 70), compared);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_BesideUnroundedActivations_ErrsNoMoreThanTheirRounding(BlockFormat format)
    {
        var c = new QuantizedCase(format, 64, 768);
        float[] x = c.Activations(4);
        double[] exact = c.Product(x, rounds: false, out _);
        float[] y = Multiply(c, x, 4, withBias: false);

        double error = 0, size = 0;
        for (int i = 0; i < y.Length; i++)
        {
            error += Math.Pow(y[i] - exact[i], 2);
            size += exact[i] * exact[i];
        }

        // Bytes keep about 8 bits of a group's largest value, 16-bit integers 16.
        double limit = QuantizedScheme.Of(format).Levels == LevelWidth.Nibble ? 8e-3 : 4e-5;
        Assert.InRange(Math.Sqrt(error / size), 0, limit);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_InAnyBatchThreadCountAndWidth_HasTheSameBits(BlockFormat format)
    {
        const int M = 23, N = 165, K = 1280;
        var c = new QuantizedCase(format, N, K);
        float[] x = c.Activations(M);
        float[]? first = null;
        foreach (SimdLevel level in KernelSuite.Levels)
        {
            using SimdDispatch.Restore restore = SimdDispatch.Use(level);
            foreach ((int batch, int threads) in ((int, int)[])[(M, 1), (M, 2), (M, 7), (1, 1), (1, 2), (2, 1), (3, 2), (20, 2)])
            {
                using IDisposable use = ComputeThreads.Use(threads);
                float[] y = Multiply(c, x, M, withBias: true, batch);
                first ??= y;

                Assert.Equal(Array.ConvertAll(first, BitConverter.SingleToInt32Bits), Array.ConvertAll(y, BitConverter.SingleToInt32Bits));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void AddTransposed_OddSizes_EqualsFloat64(BlockFormat format)
    {
        const int M = 5, N = 75, K = 512;
        using var scope = TensorScope.Begin("test");
        var c = new QuantizedCase(format, N, K);
        using PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([c.Matrix()]);
        float[] g = KernelSuite.Values(3, M * (N + 2)), dx = KernelSuite.Values(4, M * K);
        double[] expected = KernelSuite.Double(dx), magnitude = new double[M * K];
        for (int r = 0; r < M; r++)
        {
            for (int n = 0; n < N; n++)
            {
                for (int k = 0; k < K; k++)
                {
                    expected[(r * K) + k] += (double)g[(r * (N + 2)) + n] * c.Weights[(n * K) + k];
                    magnitude[(r * K) + k] += Math.Abs((double)g[(r * (N + 2)) + n] * c.Weights[(n * K) + k]);
                }
            }
        }

        fixed (float* from = g, to = dx)
        {
            packed.AddTransposed(M, from, N + 2, to);
        }

        for (int i = 0; i < dx.Length; i++)
        {
            Assert.True(Math.Abs(dx[i] - expected[i]) <= 1e-6 * (magnitude[i] + 2), $"element {i}: {dx[i]:R}, expected {expected[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_ExtremeScales_StaysWithinRounding(BlockFormat format)
    {
        // Largest, smallest and zero scales beside each other; the smallest f16 is subnormal.
        Half[] scales = [Half.MaxValue, Half.Epsilon, Half.Zero, Half.MinValue, (Half)1];
        var c = new QuantizedCase(format, 20, 1280);
        for (int at = 0, i = 0; at < c.Bytes.Length; at += format.BlockBytes, i++)
        {
            foreach (int offset in QuantizedCase.HalfOffsets(format))
            {
                BinaryPrimitives.WriteHalfLittleEndian(c.Bytes[(at + offset)..], scales[i % scales.Length]);
            }
        }

        BlockCodec.Dequantize(format, c.Bytes, c.Weights);
        float[] x = c.Activations(2);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] *= i % 64 < 32 ? 1e20f : 1e-20f;
        }

        x.AsSpan(64, 96).Clear();
        double[] expected = c.Product(x, rounds: true, out double[] magnitude);
        float[] y = Multiply(c, x, 2, withBias: false);

        for (int i = 0; i < y.Length; i++)
        {
            Assert.True(Math.Abs(y[i] - expected[i]) <= 1e-5 * magnitude[i], $"element {i}: {y[i]:R}, expected {expected[i]:R}");
        }
    }

    [Fact]
    public void Multiply_ActivationThatIsNoNumber_ShowsInItsRowAlone()
    {
        foreach (BlockFormat format in (BlockFormat[])[BlockFormat.Q4_0, BlockFormat.Q8_0, BlockFormat.Q4_1])
        {
            var c = new QuantizedCase(format, 20, 64);
            float[] x = c.Activations(3);
            x[64 + 5] = float.NaN;
            x[128 + 40] = float.PositiveInfinity;

            float[] y = Multiply(c, x, 3, withBias: false);

            Assert.All(y[..20], value => Assert.True(float.IsFinite(value)));
            Assert.All(y[20..], value => Assert.True(float.IsNaN(value)));
        }
    }

    [Fact]
    public void Memory_OfEachScheme_IsWhatItsSizesSay()
    {
        (BlockFormat Format, double Bits)[] expected =
        [
            (BlockFormat.Q4_0, 4.5), (BlockFormat.Q4_1, 5), (BlockFormat.Q8_0, 8.5), (BlockFormat.Q4_K, 4.625), (BlockFormat.Q6_K, 8.5625), (BlockFormat.Q2_K, 5.125),
        ];
        foreach ((BlockFormat format, double bits) in expected)
        {
            using var scope = TensorScope.Begin("test");
            using PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([new QuantizedCase(format, 64, 2048).Matrix()]);

            Assert.Equal(64 * 2048 * bits / 8, packed.SizeBytes);
        }
    }

    [Fact]
    public void Multiply_Disposed_Throws()
    {
        using var scope = TensorScope.Begin("test");
        PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([new QuantizedCase(BlockFormat.Q8_0, 1, 32).Matrix()]);
        packed.Dispose();

        Assert.Throws<ObjectDisposedException>(() => packed.Multiply(1, null, null, 1, null));
        Assert.Throws<ObjectDisposedException>(() => packed.ReadRow(0, null));
    }

    private static float Bias(int column) => (column % 7) - 3;

    private static float[] Multiply(QuantizedCase c, float[] x, int m, bool withBias, int batch = int.MaxValue)
    {
        using var scope = TensorScope.Begin("test");
        using PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([c.Matrix()]);
        using var result = new GuardedMatrix(m, c.Rows, 3);
        float[] bias = [.. Enumerable.Range(0, c.Rows).Select(Bias)];
        fixed (float* a = x, b = bias)
        {
            for (int row = 0; row < m; row += Math.Min(batch, m))
            {
                int rows = Math.Min(batch, m - row);
                packed.Multiply(rows, a + (row * c.Columns), result.Pointer + (row * result.Stride), result.Stride, withBias ? b : null);
            }
        }

        result.AssertGuardsIntact($"{c.Format}");
        var y = new float[m * c.Rows];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = result[i / c.Rows, i % c.Rows];
        }

        return y;
    }
}
