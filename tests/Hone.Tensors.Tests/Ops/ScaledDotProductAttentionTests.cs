using Hone.Tensors.Errors;
using Hone.Tensors.Memory;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Ops;

/// <summary>What the op promises beyond the suites: layouts, padding, packing, errors and memory.</summary>
[Collection(nameof(ScaledDotProductAttentionTests))]
[CollectionDefinition(nameof(ScaledDotProductAttentionTests), DisableParallelization = true)] // one test reads the pool's peak
public sealed class ScaledDotProductAttentionTests
{
    [Fact]
    public void Output_MergedHeads_AreContiguousWithoutACopy()
    {
        using var scope = TensorScope.Begin("test");

        Tensor y = Op.ScaledDotProductAttention(Values(1, 2, 4, 5, 8), Values(2, 2, 2, 5, 8), Values(3, 2, 2, 5, 6));

        Assert.Equal(new Shape(2, 4, 5, 6), y.Shape);
        Assert.True(Op.Permute(y, 0, 2, 1, 3).IsContiguous);
    }

    [Fact]
    public void Packed_TwoSequences_HaveTheBitsOfSeparateCalls()
    {
        using var scope = TensorScope.Begin("test");
        Tensor q = Values(1, 150, 4, 16), k = Values(2, 150, 2, 16), v = Values(3, 150, 2, 16);
        var options = new AttentionOptions { Causal = true, SlidingWindow = 20 };

        Tensor packed = Op.ScaledDotProductAttention(q, k, v, options with { Packed = PackedSequences.FromLengths(110, 40) });

        foreach ((int first, int length) in ((int, int)[])[(0, 110), (110, 40)])
        {
            Tensor alone = Op.ScaledDotProductAttention(Sequence(q, first, length), Sequence(k, first, length), Sequence(v, first, length), options);
            Assert.Equal(Sequence(packed, first, length).ToArray<float>(), alone.ToArray<float>());
        }
    }

    [Fact]
    public void KeyPadding_MaskLengthsAndShorterKeys_Agree()
    {
        using var scope = TensorScope.Begin("test");
        Tensor q = Values(1, 2, 2, 3, 8), k = Values(2, 2, 2, 6, 8), v = Values(3, 2, 2, 6, 8);
        bool[] mask = [true, true, true, true, false, false, true, true, true, true, true, true];

        float[] byMask = Run(KeyPadding.FromMask(Tensor.From(mask, 2, 6)));
        float[] byLength = Run(KeyPadding.FromLengths(4, 6));

        Assert.Equal(byLength, byMask);
        Tensor shorter = Op.ScaledDotProductAttention(First(q, 1), Op.Slice(First(k, 1), 2, 0, 4), Op.Slice(First(v, 1), 2, 0, 4));
        Assert.Equal(First(Tensor.From(byMask, 2, 3, 2, 8), 1).ToArray<float>(), Op.Permute(shorter, 0, 2, 1, 3).ToArray<float>());

        float[] Run(KeyPadding padding) =>
            Op.Permute(Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { KeyPadding = padding }), 0, 2, 1, 3).ToArray<float>();
    }

    [Fact]
    public void KeyPadding_MaskWithHoles_HidesThem()
    {
        using var scope = TensorScope.Begin("test");
        Tensor q = Values(1, 1, 1, 2, 4), k = Values(2, 1, 1, 3, 4), v = Values(3, 1, 1, 3, 4);
        Tensor without = Op.Concatenate([Op.Slice(k, 2, 0, 1), Op.Slice(k, 2, 2, 1)], 2);
        Tensor valuesWithout = Op.Concatenate([Op.Slice(v, 2, 0, 1), Op.Slice(v, 2, 2, 1)], 2);

        var padding = KeyPadding.FromMask(Tensor.From([true, false, true], 1, 3));
        Tensor masked = Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { KeyPadding = padding });

        Close.Assert(masked.ToDoubles(), Op.ScaledDotProductAttention(q, without, valuesWithout).ToDoubles(), 1e-6, 1e-6, "masked");
    }

    [Fact]
    public void Decoding_OneTokenAfterACache_HasTheBitsOfTheFullPass()
    {
        using var scope = TensorScope.Begin("test");
        Tensor q = Values(1, 1, 6, 210, 16), k = Values(2, 1, 3, 210, 16), v = Values(3, 1, 3, 210, 16);
        Tensor full = Op.ScaledDotProductAttention(q, k, v, AttentionOptions.CausalOnly);

        foreach (int position in (int[])[0, 95, 96, 150, 209])
        {
            Tensor step = Op.ScaledDotProductAttention(
                Op.Slice(q, 2, position, 1), Op.Slice(k, 2, 0, position + 1), Op.Slice(v, 2, 0, position + 1), AttentionOptions.CausalOnly);
            Assert.Equal(Op.Slice(full, 2, position, 1).ToArray<float>(), step.ToArray<float>());
        }
    }

    [Fact]
    public void Memory_TwiceTheSequence_TakesTwiceTheMemory()
    {
        long shorter = ExtraBytes(2048), longer = ExtraBytes(4096);

        Assert.InRange(longer, 1, (long)(2.2 * shorter));
        Assert.InRange(longer, 1, 4096L * 4096 * sizeof(float) / 4); // a quarter of one score matrix
    }

    [Fact]
    public void Shapes_ThatDoNotFit_AreNamedInTheError()
    {
        using var scope = TensorScope.Begin("test");
        Tensor q = Values(1, 2, 4, 5, 8), k = Values(2, 2, 2, 5, 8), v = Values(3, 2, 2, 5, 8);

        AssertMismatch("[2, 3, 5, 8]", () => Op.ScaledDotProductAttention(q, Values(1, 2, 3, 5, 8), Values(1, 2, 3, 5, 8)));
        AssertMismatch("same width", () => Op.ScaledDotProductAttention(q, Values(1, 2, 2, 5, 7), v));
        AssertMismatch("same rows", () => Op.ScaledDotProductAttention(q, k, Values(1, 2, 2, 6, 8)));
        AssertMismatch("packed", () => Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { Packed = PackedSequences.FromLengths(5) }));
        AssertMismatch("offsets end at 4", () => Op.ScaledDotProductAttention(
            Values(1, 5, 2, 8), Values(1, 5, 2, 8), Values(1, 5, 2, 8), new AttentionOptions { Packed = PackedSequences.FromLengths(1, 3) }));
        AssertMismatch("bias", () => Op.ScaledDotProductAttention(q, k, v, null, Values(1, 2, 4, 5, 6)));
        AssertMismatch("query start", () => Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { QueryStarts = [1] }));
        AssertMismatch("end 6", () => Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { KeyPadding = KeyPadding.FromLengths(6, 1) }));
        AssertMismatch("padding of 1", () => Op.ScaledDotProductAttention(q, k, v, new AttentionOptions { KeyPadding = KeyPadding.FromLengths(3) }));
    }

    [Fact]
    public void Options_OutOfRange_AreRejected()
    {
        using var scope = TensorScope.Begin("test");
        Tensor x = Values(1, 1, 1, 2, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => Op.ScaledDotProductAttention(x, x, x, new AttentionOptions { SlidingWindow = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Op.ScaledDotProductAttention(x, x, x, new AttentionOptions { SoftCap = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Op.ScaledDotProductAttention(x, x, x, new AttentionOptions { Scale = double.NaN }));
        Assert.Throws<ArgumentException>(() => Op.ScaledDotProductAttention(x, x, x, new AttentionOptions { QueryStart = 1, QueryStarts = [1] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyPadding.FromRanges((3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PackedSequences.FromLengths(-1));
        Assert.Throws<ArgumentException>(() => PackedSequences.FromOffsets([0, 3, 2], [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => PackedSequences.FromOffsets([1, 3], [0, 1]));
        Assert.Throws<ArgumentException>(() => PackedSequences.FromOffsets([0, 3], [0, 1, 2]));
    }

    private static void AssertMismatch(string expected, Action call) => Assert.Contains(expected, Assert.Throws<ShapeMismatchException>(call).Message);

    private static long ExtraBytes(int seq)
    {
        using var scope = TensorScope.Begin("test");
        var q = new Parameter(Values(1, 1, 1, seq, 16), "q");
        var k = new Parameter(Values(2, 1, 1, seq, 16), "k");
        long before = MemoryPool.Cpu.Usage.LiveBytes;
        MemoryPool.Cpu.ResetPeak();
        Op.Sum(Op.ScaledDotProductAttention(q, k, k)).Backward();
        long extra = MemoryPool.Cpu.Usage.PeakBytes - before;
        q.ZeroGrad();
        k.ZeroGrad();
        return extra;
    }

    private static Tensor First(Tensor x, int count) => Op.Slice(x, 0, 0, count);

    /// <summary>Packed rows as one batch entry <c>[1, heads, rows, width]</c>.</summary>
    private static Tensor Sequence(Tensor packed, int first, int length)
    {
        Tensor rows = Op.Permute(Op.Slice(packed, 0, first, length), 1, 0, 2);
        return Op.Reshape(rows, 1, rows.Shape[0], rows.Shape[1], rows.Shape[2]);
    }

    private static Tensor Values(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var values = new float[new Shape(shape.AsSpan()).ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return Tensor.From(values, shape);
    }
}
