using Hone.Core.Random;
using Hone.Tensors.Errors;
using Hone.Tensors.Quantization;

namespace Hone.Tensors.Tests.Quantization;

public sealed class BlockCodecTests
{
    public static TheoryData<BlockFormat> Writable => [.. Enum.GetValues<BlockFormat>().Where(BlockCodec.CanQuantize)];

    public static TheoryData<BlockFormat> All => [.. Enum.GetValues<BlockFormat>()];

    [Fact]
    public void Dequantize_Q4_0_GivesNibblesMinusEightTimesScale()
    {
        // f16 0.5 = 0x3800; byte 0 holds weight 0 in its low half (9 → 1·0.5) and weight 16 in its high half (3 → −5·0.5).
        byte[] block = new byte[18];
        (block[0], block[1], block[2]) = (0x00, 0x38, 0x39);
        var values = new float[32];

        BlockCodec.Dequantize(BlockFormat.Q4_0, block, values);

        Assert.Equal(0.5f, values[0]);
        Assert.Equal(-2.5f, values[16]);
        Assert.Equal(-4f, values[1]);
    }

    [Fact]
    public void Quantize_Q8_0_RoundsHalfAwayFromZero()
    {
        var values = new float[32];
        (values[0], values[1], values[2]) = (127, 0.5f, -1.5f); // scale 1
        var block = new byte[34];

        BlockCodec.Quantize(BlockFormat.Q8_0, values, block);

        Assert.Equal([0x00, 0x3c, 127, 1, 0xfe, 0], block[..6]);
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void Quantize_RandomRows_StaysWithinTheFormatsError(BlockFormat format)
    {
        // Relative RMS errors on normal weights; a ternary weight keeps little more than its sign.
        double limit = format switch
        {
            BlockFormat.Q8_0 => 0.007,
            BlockFormat.Q6_K => 0.021,
            BlockFormat.Q5_0 or BlockFormat.Q5_1 => 0.045,
            BlockFormat.Q4_K => 0.076,
            BlockFormat.Q4_0 or BlockFormat.Q4_1 => 0.095,
            BlockFormat.MXFP4 => 0.13,
            _ => 0.95,
        };
        float[] weights = Normal(16 * 256, 7);
        using var scope = TensorScope.Begin("test");
        using QuantizedMatrix matrix = QuantizedMatrix.Quantize(format, Tensor.From(weights, 16, 256));

        float[] back = matrix.Dequantize().ToArray<float>();

        Assert.InRange(RelativeError(weights, back), 0, limit);
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void Quantize_ZerosAndConstants_ComeBack(BlockFormat format)
    {
        foreach (float constant in (float[])[0, 1, -1])
        {
            float[] weights = Enumerable.Repeat(constant, 256).ToArray();
            byte[] blocks = new byte[format.RowBytes(256)];
            var back = new float[256];

            BlockCodec.Quantize(format, weights, blocks);
            BlockCodec.Dequantize(format, blocks, back);

            Assert.All(back, value => Assert.InRange(value, constant - 0.01f, constant + 0.01f));
        }
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void Quantize_DequantizedWeights_AreKeptClosely(BlockFormat format)
    {
        float[] weights = Normal(2048, 3);
        float[] once = RoundTrip(format, weights);
        float[] twice = RoundTrip(format, once);

        Assert.InRange(RelativeError(once, twice), 0, 0.6 * Math.Max(RelativeError(weights, once), 1e-3));
    }

    [Fact]
    public void Quantize_AnyThreadCount_GivesTheSameBytes()
    {
        using var scope = TensorScope.Begin("test");
        Tensor weights = Tensor.From(Normal(64 * 512, 5), 64, 512);
        byte[][] results = new[] { 1, 2, 3 }.Select(count =>
        {
            using IDisposable threads = Hone.Tensors.Threading.ComputeThreads.Use(count);
            return QuantizedMatrix.Quantize(BlockFormat.Q4_K, weights).Bytes.ToArray<byte>();
        }).ToArray();

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Quantize_NonFiniteWeight_IsRefused(float bad)
    {
        var weights = new float[64];
        weights[40] = bad;

        var error = Assert.Throws<NonFiniteException>(() => BlockCodec.Quantize(BlockFormat.Q8_0, weights, new byte[68]));

        Assert.Contains("element 40", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantize_ScaleAboveHalf_IsRefused()
    {
        float[] weights = Enumerable.Repeat(1e30f, 32).ToArray();

        Assert.Throws<NonFiniteException>(() => BlockCodec.Quantize(BlockFormat.Q4_0, weights, new byte[18]));
    }

    [Fact]
    public void Quantize_ReadOnlyFormat_IsRefused() => Assert.Throws<ArgumentException>(() => BlockCodec.Quantize(BlockFormat.Q2_K, new float[256], new byte[84]));

    [Theory]
    [MemberData(nameof(All))]
    public void Dequantize_WrongLength_IsRefused(BlockFormat format) =>
        Assert.Throws<ArgumentException>(() => BlockCodec.Dequantize(format, new byte[format.BlockBytes + 1], new float[format.BlockLength]));

    [Fact]
    public void QuantizedMatrix_RowsThatAreNoWholeBlocks_AreRefused()
    {
        using var scope = TensorScope.Begin("test");

        Assert.Throws<ShapeMismatchException>(() => QuantizedMatrix.Quantize(BlockFormat.Q4_0, Tensor.Zeros(DType.F32, 2, 48)));
    }

    private static float[] RoundTrip(BlockFormat format, float[] weights)
    {
        byte[] blocks = new byte[format.RowBytes(weights.Length)];
        var back = new float[weights.Length];
        BlockCodec.Quantize(format, weights, blocks);
        BlockCodec.Dequantize(format, blocks, back);
        return back;
    }

    private static float[] Normal(int count, ulong seed)
    {
        var random = new RandomStream(seed, "weights");
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)random.NextNormal();
        }

        return values;
    }

    private static double RelativeError(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => ((double)e - a) * (e - a)).Sum() / expected.Sum(e => (double)e * e));
}
