using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;
using Hone.Tensors.Threading;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Paging;

/// <summary>Attention over pages: against its reference, against attention without pages, and bit by bit against itself.</summary>
public sealed class PagedAttentionTests
{
    private static readonly AttentionOptions s_windowed = new() { Causal = true, SlidingWindow = 37, SoftCap = 5, Scale = 0.21 };

    public static TheoryData<PagedKvFormat, int> FormatsAndLevels
    {
        get
        {
            var data = new TheoryData<PagedKvFormat, int>();
            foreach (PagedKvFormat format in Enum.GetValues<PagedKvFormat>())
            {
                foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
                {
                    data.Add(format, (int)level);
                }
            }

            return data;
        }
    }

    [Theory]
    [InlineData(PagedKvFormat.F32)]
    [InlineData(PagedKvFormat.BF16)]
    [InlineData(PagedKvFormat.Q8)]
    public void Result_OddSizes_EqualsTheReference(PagedKvFormat format)
    {
        int compared = 0;
        foreach ((int heads, int kvHeads, int headDim, int pageTokens) in ((int, int, int, int)[])[(9, 3, 64, 32), (4, 4, 7, 16), (6, 2, 40, 48), (5, 1, 16, 96)])
        {
            using var scope = TensorScope.Begin("test");
            using var c = new PagedCase(format, heads, kvHeads, headDim, pageTokens, 111, 1, 17, 50);
            c.WriteAll();
            Tensor q = Op.Concatenate([c.Queries(0, 91, 20), c.Queries(1, 0, 1), c.Queries(2, 16, 1), c.Queries(3, 0, 50)], 0);
            PagedSequence[] sequences = [c.Sequence(0, 91, 20), c.Sequence(1, 0, 1), c.Sequence(2, 16, 1), c.Sequence(3, 0, 50)];
            foreach (AttentionOptions options in (AttentionOptions[])[AttentionOptions.CausalOnly, AttentionOptions.Bidirectional, s_windowed])
            {
                Tensor expected;
                using (ReferenceMode.Begin())
                {
                    expected = c.Attend(q, options, sequences);
                }

                foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
                {
                    using SimdDispatch.Restore restore = SimdDispatch.Use(level);
                    Tensor actual = c.Attend(q, options, sequences);

                    Close.Assert(actual, expected, 3e-6, 0, $"{heads}/{kvHeads}x{headDim} pages of {pageTokens} {options} {level}");
                    compared++;
                }
            }
        }

        Assert.Equal(36, compared);
    }

    [Theory]
    [InlineData(PagedKvFormat.F32, 2e-6)]
    [InlineData(PagedKvFormat.BF16, 6e-3)]
    [InlineData(PagedKvFormat.Q8, 2e-2)]
    public void Result_WithoutPages_IsTheSame(PagedKvFormat format, double tolerance)
    {
        using var scope = TensorScope.Begin("test");
        using var c = new PagedCase(format, 4, 2, 32, 32, 150);
        c.WriteAll();
        Tensor q = c.Queries(0, 0, 150), k = c.Rows(0, 0, 150, 2, 500_000), v = c.Rows(0, 0, 150, 2, 900_000);
        foreach (AttentionOptions options in (AttentionOptions[])[AttentionOptions.CausalOnly, s_windowed])
        {
            Tensor expected = Op.ScaledDotProductAttention(q, k, v, options with { Packed = PackedSequences.FromLengths(150) });

            Close.Assert(c.Attend(q, options, c.Sequence(0, 0, 150)), expected, tolerance, 0, $"{format}");
        }
    }

    [Theory]
    [MemberData(nameof(FormatsAndLevels))]
    public void Result_InAnyBatchChunkingAndThreadCount_HasTheSameBits(PagedKvFormat format, int level)
    {
        using var scope = TensorScope.Begin("test");
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        const int Length = 1030; // three segments
        using var c = new PagedCase(format, 6, 2, 24, 32, Length, 77);
        foreach (AttentionOptions options in (AttentionOptions[])[AttentionOptions.CausalOnly, s_windowed with { SlidingWindow = 600 }])
        {
            float[]? first = null;
            foreach ((int chunk, int threads) in ((int, int)[])[(Length, 1), (512, 2), (Length, 7), (7, 1), (129, 2)])
            {
                using IDisposable use = ComputeThreads.Use(threads);
                var rows = new List<float>();
                for (int at = 0; at < Length; at += chunk)
                {
                    // As an engine does it: the keys of a chunk are written, then its queries attend beside another sequence.
                    int count = Math.Min(chunk, Length - at), other = Math.Min(at / chunk, 76);
                    c.Write(0, at, count);
                    c.Write(1, other, 1);
                    Tensor q = Op.Concatenate([c.Queries(1, other, 1), c.Queries(0, at, count)], 0);
                    Tensor y = c.Attend(q, options, c.Sequence(1, other, 1), c.Sequence(0, at, count));
                    rows.AddRange(y.ToArray<float>().AsSpan(6 * 24));
                }

                first ??= [.. rows];
                AssertSameBits(first, [.. rows], $"chunks of {chunk}, {threads} threads");
            }

            // Decoding row by row, for some rows on both sides of tile, page and segment boundaries.
            foreach (int row in (int[])[0, 1, 31, 32, 95, 96, 479, 480, 481, 960, 1029])
            {
                foreach (int threads in (int[])[1, 2])
                {
                    using IDisposable use = ComputeThreads.Use(threads);
                    float[] alone = c.Attend(c.Queries(0, row, 1), options, c.Sequence(0, row, 1)).ToArray<float>();

                    AssertSameBits(first.AsSpan(row * 6 * 24, 6 * 24), alone, $"row {row} alone, {threads} threads");
                }
            }
        }
    }

    [Fact]
    public void Result_KeysBehindTheWindowGivenUp_IsTheSame()
    {
        using var scope = TensorScope.Begin("test");
        using var c = new PagedCase(PagedKvFormat.F32, 2, 1, 16, 32, 200);
        c.WriteAll();
        PagedSequence whole = c.Sequence(0, 190, 10);
        int[] pages = whole.Pages.ToArray();
        pages.AsSpan(0, 4).Fill(-1); // keys up to 127; the window of query 190 begins at 154

        Tensor q = c.Queries(0, 190, 10);
        float[] expected = c.Attend(q, s_windowed, whole).ToArray<float>();
        float[] actual = c.Attend(q, s_windowed, whole with { Pages = pages }).ToArray<float>();

        Assert.Equal(expected, actual);
        Assert.Throws<ShapeMismatchException>(() => c.Attend(q, AttentionOptions.CausalOnly, whole with { Pages = pages }));
    }

    [Fact]
    public void Result_StridedHalfPrecisionAndEmpty_Works()
    {
        using var scope = TensorScope.Begin("test");
        using var c = new PagedCase(PagedKvFormat.F32, 4, 2, 16, 16, 20);
        Tensor packed = c.Rows(0, 0, 20, 8, 3); // q, k and v of a token beside each other
        Tensor q = Op.Slice(packed, 1, 0, 4), k = Op.Slice(packed, 1, 4, 2), v = Op.Slice(packed, 1, 6, 2);
        int[] slots = [.. Enumerable.Range(0, 20).Select(p => (c.Sequence(0, 0, 20).Pages.Span[p / 16] * 16) + (p % 16))];
        c.Store.Write(1, k, v, slots);

        Tensor y = c.Attend(q, AttentionOptions.CausalOnly, c.Sequence(0, 0, 20));

        Close.Assert(y, Op.ScaledDotProductAttention(q, k, v, AttentionOptions.CausalOnly with { Packed = PackedSequences.FromLengths(20) }), 2e-6, 0, "strided");
        Tensor half = c.Attend(Op.Cast(q, DType.BF16), AttentionOptions.CausalOnly, c.Sequence(0, 0, 20));
        Assert.Equal(DType.BF16, half.DType);
        Close.Assert(Op.Cast(half, DType.F32), y, 2e-2, 0, "bf16 queries");
        Assert.Equal(0, c.Attend(Op.Slice(q, 0, 0, 0), AttentionOptions.CausalOnly).ElementCount);
    }

    [Fact]
    public void Arguments_ThatDoNotFit_AreRejected()
    {
        using var scope = TensorScope.Begin("test");
        using var c = new PagedCase(PagedKvFormat.F32, 4, 2, 16, 16, 20);
        c.WriteAll();
        PagedSequence sequence = c.Sequence(0, 0, 20);
        Tensor q = c.Queries(0, 0, 20);

        Assert.Throws<ShapeMismatchException>(() => c.Attend(q, AttentionOptions.CausalOnly, sequence with { Pages = sequence.Pages[..1] }));
        Assert.Throws<ShapeMismatchException>(() => c.Attend(q, AttentionOptions.CausalOnly, sequence with { Pages = new[] { 0, 99 } }));
        Assert.Throws<ShapeMismatchException>(() => c.Attend(q, AttentionOptions.CausalOnly, sequence with { Queries = 19 }));
        Assert.Throws<ShapeMismatchException>(() => c.Attend(c.Rows(0, 0, 20, 3, 0), AttentionOptions.CausalOnly, sequence));
        Assert.Throws<ArgumentException>(() => c.Attend(q, new AttentionOptions { QueryStart = 0 }, sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PagedSequences(sequence with { FirstPosition = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Op.PagedAttention(q, c.Store, 2, new PagedSequences(sequence), AttentionOptions.CausalOnly));
        using var parameter = new Parameter(c.Queries(0, 0, 20), "q");
        Assert.Throws<AutogradException>(() => c.Attend(parameter, AttentionOptions.CausalOnly, sequence));
        c.Store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => c.Attend(q, AttentionOptions.CausalOnly, sequence));
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.True(expected.Length == actual.Length && expected.Length > 0, what);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }
}
