using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Quantized;
using Hone.Tensors.Quantization;
using Hone.Tensors.Threading;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Quantization;

/// <summary>4-bit NormalFloat: the codec, the matrix, and products with it beside those with the weights it stands for.</summary>
public sealed class Nf4Tests
{
    // Rows, columns: one weight; blocks that end within rows; rows that end within blocks; more rows than are f32 at one time.
    public static TheoryData<int, int> Sizes => new() { { 1, 1 }, { 3, 64 }, { 37, 65 }, { 5, 63 }, { 70, 192 }, { 300, 1000 } };

    [Fact]
    public void Quantize_LevelsTimesAScale_GivesTheirIndices()
    {
        // 16 levels times 3, then halves of the middle levels: 3·0.0397… lies below the middle of 0 and 0.0796, 3·0.04 above it.
        float[] values = [.. Nf4Codec.Levels.ToArray().Select(level => 3 * level), 3 * 0.0397f, 3 * 0.04f];
        byte[] indices = new byte[Nf4Codec.BlockBytes];

        float scale = Nf4Codec.Quantize(values, indices);

        Assert.Equal(3, scale);
        Assert.Equal([.. Enumerable.Range(0, 16), 7, 8], indices.Take(18).Select(pair => pair & 15));
        Assert.All(indices, pair => Assert.Equal(7, pair >> 4)); // what the block does not have is zero
    }

    [Fact]
    public void Quantize_Zeros_ComeBackAsZeros()
    {
        byte[] indices = new byte[Nf4Codec.BlockBytes];
        var back = new float[64];

        float scale = Nf4Codec.Quantize(new float[64], indices);
        Nf4Codec.Dequantize(scale, indices, back);

        Assert.Equal(new float[64], back);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Quantize_NonFiniteWeight_IsRefused(float bad) => Assert.Throws<NonFiniteException>(() => Nf4Codec.Quantize([1, bad], new byte[Nf4Codec.BlockBytes]));

    [Fact]
    public void Levels_AreSymmetricInNumberAndRise()
    {
        float[] levels = Nf4Codec.Levels.ToArray();

        Assert.Equal(levels.Order(), levels);
        Assert.Equal((7, 1, 8), (levels.Count(level => level < 0), levels.Count(level => level == 0), levels.Count(level => level > 0)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Dequantize_EveryWeight_IsTheNearestLevelOfItsBlock(int rows, int columns)
    {
        using var scope = TensorScope.Begin("test");
        float[] weights = Normal(rows * columns, 3);
        using Nf4Matrix matrix = Nf4Matrix.Quantize(Tensor.From(weights, rows, columns));

        float[] back = matrix.Dequantize().ToArray<float>();

        for (int first = 0; first < weights.Length; first += 64)
        {
            float scale = weights.Skip(first).Take(64).Max(Math.Abs);
            for (int i = first; i < Math.Min(weights.Length, first + 64); i++)
            {
                float nearest = Nf4Codec.Levels.ToArray().Min(level => Math.Abs((scale * level) - weights[i]));
                Assert.InRange(Math.Abs(back[i] - weights[i]), 0, nearest + (1e-6f * scale));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_OddSizes_AreThoseOfTheWeights(int rows, int columns)
    {
        int compared = 0;
        foreach (int m in (int[])[1, 2, 5, 33])
        {
            using var scope = TensorScope.Begin("test");
            Nf4Matrix matrix = Nf4Matrix.Quantize(Tensor.From(Normal(rows * columns, 5), rows, columns));
            Tensor dense = matrix.Dequantize(), bias = Tensor.From(Normal(rows, 8), rows), upstream = Tensor.From(Normal(m * rows, 9), m, rows);
            using PackedWeight packed = PackedWeight.Create(matrix, forBackward: true);
            using var x = new Parameter(Tensor.From(Normal(m * columns, 6), m, columns), "x");

            Tensor y = Op.PackedLinear(x, packed, bias);
            Op.Sum(y * upstream).Backward();

            Assert.True(packed.IsNf4);
            Close.Assert(y.Detach(), Op.Linear(x.Detach(), dense, bias), 1e-5, 1e-5 * Math.Sqrt(columns), "y");
            Close.Assert(x.Grad!, Op.MatMul(upstream, dense), 1e-5, 1e-5 * Math.Sqrt(rows), "dx"); // the parameter took part
            compared++;
            using (ReferenceMode.Begin())
            {
                using PackedWeight reference = PackedWeight.Create(matrix, forBackward: true);
                Close.Assert(y.Detach(), Op.PackedLinear(x.Detach(), reference, bias), 1e-5, 1e-5 * Math.Sqrt(columns), "reference");
            }
        }

        Assert.Equal(4, compared);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Rows_OfAPackedWeight_HaveTheBitsOfTheCodec(int rows, int columns)
    {
        using var scope = TensorScope.Begin("test");
        Nf4Matrix matrix = Nf4Matrix.Quantize(Tensor.From(Normal(rows * columns, 4), rows, columns));
        using PackedWeight packed = PackedWeight.Create(matrix);

        Tensor read = Op.Embedding(packed, Tensor.From([.. Enumerable.Range(0, rows).Select(row => (long)row)], rows));

        Assert.Equal(matrix.Dequantize().ToArray<float>(), read.ToArray<float>());
    }

    [Fact]
    public void Multiply_InAnyBatchAndThreadCount_HasTheSameBits()
    {
        const int M = 9, N = 300, K = 1000;
        using var scope = TensorScope.Begin("test");
        Nf4Matrix matrix = Nf4Matrix.Quantize(Tensor.From(Normal(N * K, 2), N, K));
        float[] x = Normal(M * K, 1);
        float[]? first = null;
        foreach ((int batch, int threads) in ((int, int)[])[(M, 1), (M, 2), (M, 5), (1, 1), (1, 2), (2, 2), (4, 1)])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            using PackedWeight packed = PackedWeight.Create(matrix);
            float[] y = [.. Enumerable.Range(0, (M + batch - 1) / batch).SelectMany(part =>
            {
                int rows = Math.Min(batch, M - (part * batch));
                return Op.PackedLinear(Tensor.From(x.AsSpan(part * batch * K, rows * K).ToArray(), rows, K), packed).ToArray<float>();
            })];
            first ??= y;

            Assert.Equal(Array.ConvertAll(first, BitConverter.SingleToInt32Bits), Array.ConvertAll(y, BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void SizeBytes_OfAWeight_IsFourAndAHalfBitsEach()
    {
        using var scope = TensorScope.Begin("test");
        using PackedWeight packed = PackedWeight.Create(Nf4Matrix.Quantize(Tensor.From(Normal(64 * 2048, 1), 64, 2048)));

        Assert.Equal(64 * 2048 * 9 / 16, packed.SizeBytes);
    }

    [Fact]
    public void Product_Disposed_Throws()
    {
        using var scope = TensorScope.Begin("test");
        var product = new Nf4Product(Nf4Matrix.Quantize(Tensor.Zeros(DType.F32, 2, 64)));
        product.Dispose();

        unsafe
        {
            Assert.Throws<ObjectDisposedException>(() => product.Multiply(2, null, null, 2, null));
            Assert.Throws<ObjectDisposedException>(() => product.AddTransposed(2, null, 2, null));
        }
    }

    private static float[] Normal(int count, int seed)
    {
        var random = new Core.Random.RandomStream((ulong)seed, "nf4");
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }
}
