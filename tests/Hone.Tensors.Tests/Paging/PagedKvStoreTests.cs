using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;

namespace Hone.Tensors.Tests.Paging;

public sealed unsafe class PagedKvStoreTests
{
    [Fact]
    public void Write_EveryFormatAndWidth_LeavesTheBytesOfTheReference()
    {
        foreach (PagedKvFormat format in Enum.GetValues<PagedKvFormat>())
        {
            foreach (int headDim in (int[])[1, 16, 23, 64])
            {
                using var scope = TensorScope.Begin("test");
                using PagedKvStore expected = Create(format, headDim), actual = Create(format, headDim);
                Tensor k = Values(1, 5, headDim), v = Values(2, 5, headDim);
                int[] slots = [3, 40, 4, 95, 16];
                using (ReferenceMode.Begin())
                {
                    expected.Write(1, k, v, slots);
                }

                foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
                {
                    using SimdDispatch.Restore restore = SimdDispatch.Use(level);
                    actual.Write(1, k, v, slots);

                    Assert.True(Bytes(expected).SequenceEqual(Bytes(actual)), $"{format} {headDim} {level}");
                }
            }
        }
    }

    [Fact]
    public void Write_NumbersThatAreNone_StayVisible()
    {
        using var scope = TensorScope.Begin("test");
        using PagedKvStore store = Create(PagedKvFormat.Q8, 4);
        float[] values = [1, float.PositiveInfinity, 0, 2, 0, 0, 0, 0];

        store.Write(0, Tensor.From(values, 1, 2, 4), Tensor.From(new float[8], 1, 2, 4), [0]);

        Tensor y = Hone.Tensors.Ops.PagedAttention(
            Tensor.From(new float[8], 1, 2, 4), store, 0, new PagedSequences(new PagedSequence(1, 0, 1, new[] { 0 })), AttentionOptions.CausalOnly);
        Assert.True(float.IsNaN(y.ToArray<float>()[0]));
        Assert.Equal(0, y.ToArray<float>()[4]);
    }

    [Fact]
    public void CopyPage_AllLayers_CopiesThatPageAlone()
    {
        using var scope = TensorScope.Begin("test");
        using PagedKvStore store = Create(PagedKvFormat.BF16, 8);
        for (int layer = 0; layer < 2; layer++)
        {
            store.Write(layer, Values(layer, 2, 8), Values(layer + 9, 2, 8), [17, 33]);
        }

        byte[] before = Bytes(store).ToArray();
        store.CopyPage(1, 4);

        int page = (int)store.Shape.PageBytes;
        byte[] after = Bytes(store).ToArray();
        Assert.Equal(before[page..(2 * page)], after[(4 * page)..(5 * page)]);
        Assert.Equal(before[..(4 * page)], after[..(4 * page)]);
        Assert.Equal(before[(5 * page)..], after[(5 * page)..]);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.CopyPage(0, 6));
    }

    [Theory]
    [InlineData(PagedKvFormat.F32, 2 * 3 * 2 * 32 * 64 * 4)]
    [InlineData(PagedKvFormat.BF16, 2 * 3 * 2 * 32 * 64 * 2)]
    [InlineData(PagedKvFormat.Q8, 2 * 3 * 2 * 32 * (64 + 4))]
    public void Size_OfAStore_IsCounted(PagedKvFormat format, long pageBytes)
    {
        using var store = new PagedKvStore(new PagedKvShape { Layers = 2, KeyValueHeads = 3, HeadDim = 64, Pages = 7, PageTokens = 32, Format = format });

        Assert.Equal(pageBytes, store.Shape.PageBytes);
        Assert.Equal(7 * pageBytes, store.SizeBytes);
    }

    [Fact]
    public void Arguments_ThatDoNotFit_AreRejected()
    {
        using var scope = TensorScope.Begin("test");
        using PagedKvStore store = Create(PagedKvFormat.F32, 8);
        Tensor rows = Values(1, 1, 8);

        Assert.Throws<ArgumentOutOfRangeException>(() => store.Write(2, rows, rows, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Write(0, rows, rows, [96]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Write(0, rows, rows, [-1]));
        Assert.Throws<ShapeMismatchException>(() => store.Write(0, rows, rows, [0, 1]));
        Assert.Throws<ShapeMismatchException>(() => store.Write(0, rows, Values(1, 1, 9), [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PagedKvStore(store.Shape with { PageTokens = 64 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PagedKvStore(store.Shape with { Pages = 0 }));
    }

    private static PagedKvStore Create(PagedKvFormat format, int headDim)
    {
        var store = new PagedKvStore(new PagedKvShape { Layers = 2, KeyValueHeads = 2, HeadDim = headDim, Pages = 6, PageTokens = 16, Format = format });
        Bytes(store).Clear();
        return store;
    }

    private static Span<byte> Bytes(PagedKvStore store) => new(store.Block(0, 0, 0), (int)store.SizeBytes);

    private static Tensor Values(int seed, int tokens, int headDim)
    {
        var random = new Random(seed);
        var values = new float[tokens * 2 * headDim];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return Tensor.From(values, tokens, 2, headDim);
    }
}
