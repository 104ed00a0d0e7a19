using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Attention;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Kernels.Reference;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu.Attention;

/// <summary>The fused kernel against the definition in double precision.</summary>
public sealed unsafe class AttentionCpuTests
{
    // Sums of up to a few hundred f32 products of numbers below 1: errors of about 1e-6; observed below 3e-6.
    private const double Tolerance = 1e-5;

    private static readonly SimdLevel[] s_levels = [SimdLevel.Vector128, SimdLevel.Vector256, SimdLevel.Vector512];

    public static TheoryData<int> HeadDims => [1, 16, 17, 24, 40, 64, 80, 128, 256];

    [Theory]
    [MemberData(nameof(HeadDims))]
    public void ForwardAndBackward_EveryLengthAndWidth_MatchReference(int headDim)
    {
        int cases = 0;
        for (int length = 1; length <= 70; length += headDim >= 80 ? 13 : headDim == 16 ? 1 : 7)
        {
            Check(new AttentionCase
            {
                QueryLength = length, KeyLength = 71 - length, HeadDim = headDim, ValueDim = headDim == 24 ? 40 : headDim, Heads = 3, KeyValueHeads = 1,
                Seed = length,
            });
            cases++;
        }

        Assert.True(cases >= 6);
    }

    [Theory]
    [InlineData(95)]
    [InlineData(96)]
    [InlineData(97)]
    [InlineData(193)]
    [InlineData(300)]
    public void ForwardAndBackward_LengthsAroundTiles_MatchReference(int length)
    {
        foreach (bool causal in (bool[])[false, true])
        {
            Check(new AttentionCase { QueryLength = length, KeyLength = length, HeadDim = 16, ValueDim = 24, Heads = 4, KeyValueHeads = 2, Causal = causal });
            Check(new AttentionCase { QueryLength = 40, KeyLength = length, HeadDim = 16, Heads = 1, Causal = causal, SlidingWindow = 50 });
            Check(new AttentionCase { QueryLength = length, KeyLength = 40, HeadDim = 16, Heads = 1, Causal = causal });
        }
    }

    public static TheoryData<int> Combinations => [.. Enumerable.Range(0, 64)];

    /// <summary>All pairs of settings (and all triples of the first three) over padded and packed layouts.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void ForwardAndBackward_CombinedRules_MatchReference(int combination)
    {
        int rest = combination;
        bool Next()
        {
            bool isSet = (rest & 1) == 1;
            rest >>= 1;
            return isSet;
        }

        bool causal = Next(), window = Next(), padding = Next(), mask = Next(), bias = Next(), cap = Next();
        foreach (bool packed in (bool[])[false, true])
        {
            foreach ((int biasBatch, int biasHeads) in bias ? ((int, int)[])[combination % 2 == 0 ? (1, 1) : (3, 1), combination % 2 == 0 ? (3, 4) : (1, 4)] : [(0, 0)])
            {
                Check(new AttentionCase
                {
                    Batch = 3, Heads = 4, KeyValueHeads = 2, QueryLength = 11, KeyLength = 37, HeadDim = 9, ValueDim = 16,
                    Causal = causal, SlidingWindow = window ? 9 : null, KeyRanges = padding, KeyMask = mask, SoftCap = cap ? 1.5f : null,
                    Bias = bias ? (biasBatch, biasHeads) : null, Packed = packed ? [(7, 9), (0, 3), (3, 101)] : null, HeadMajor = combination % 3 == 0,
                    QueryStart = combination % 5 == 4 ? 11 : null, Scale = combination % 4 == 1 ? 0.5f : null, Seed = combination + 1,
                });
            }
        }
    }

    [Fact]
    public void ForwardAndBackward_SharedBiasOverManyTiles_MatchReference() =>
        Check(new AttentionCase { Batch = 2, Heads = 2, KeyValueHeads = 2, QueryLength = 150, KeyLength = 250, Bias = (1, 1), SoftCap = 5, Causal = true });

    [Fact]
    public void Forward_NoVisibleKey_GivesZerosAndNoGradient()
    {
        // QueryStart −3: rows 0 to 2 stand before every key.
        var c = new AttentionCase { QueryLength = 6, KeyLength = 4, Causal = true, QueryStart = -3, Heads = 1 };
        using var buffers = new AttentionBuffers<float>(c);
        var kernel = new AttentionCpu();

        kernel.Forward(buffers.Problem, buffers.OutputView, buffers.LogSumExpView);
        kernel.Backward(buffers.Problem, buffers.Gradients());

        for (int row = 0; row < 6; row++)
        {
            bool isBlind = row < 3;
            Assert.Equal(isBlind, float.IsNegativeInfinity(buffers.LogSumExp[row]));
            Assert.Equal(isBlind, buffers.Output[row * 16] == 0);
            Assert.Equal(row <= 3, MathF.Abs(buffers.QueryGradient[row * 16]) < 1e-7); // row 3 sees one key: its probability is 1 whatever q is
        }
    }

    [Fact]
    public void Forward_OneQueryTwoKeys_MatchesHandComputation()
    {
        // q = 2, k = (1, 0), v = (10, 20), scale 0.5: scores 1 and 0; p = e/(e+1) = 0.7310586, 0.2689414;
        // out = 12.689414; lse = ln(e + 1) = 1.3132617. With dout = 1: dv = p; dp = v; ds = p·(v − out) = ∓1.9661193;
        // dq = 0.5·(−1.9661193·1 + 1.9661193·0) = −0.9830597; dk = 0.5·2·ds = −1.9661193, 1.9661193.
        var c = new AttentionCase { Heads = 1, QueryLength = 1, KeyLength = 2, HeadDim = 1, ValueDim = 1, Scale = 0.5f };
        using var b = new AttentionBuffers<float>(c);
        (b.Query[0], b.Key[0], b.Key[1], b.Value[0], b.Value[1], b.OutputGradient[0]) = (2, 1, 0, 10, 20, 1);
        var kernel = new AttentionCpu();

        kernel.Forward(b.Problem, b.OutputView, b.LogSumExpView);
        kernel.Backward(b.Problem, b.Gradients());

        Assert.Equal(12.689414, b.Output[0], 1e-5);
        Assert.Equal(1.3132617, b.LogSumExp[0], 1e-6);
        Assert.Equal(-0.9830597, b.QueryGradient[0], 1e-5);
        Assert.Equal(-1.9661193, b.KeyGradient[0], 1e-5);
        Assert.Equal(1.9661193, b.KeyGradient[1], 1e-5);
        Assert.Equal(0.7310586, b.ValueGradient[0], 1e-6);
        Assert.Equal(0.2689414, b.ValueGradient[1], 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SlidingWindow_CountsKeysAsDocumented(bool causal)
    {
        // Equal scores, v = one-hot: outputs show which keys a query sees.
        var c = new AttentionCase { Heads = 1, QueryLength = 6, KeyLength = 6, HeadDim = 1, ValueDim = 6, Causal = causal, SlidingWindow = 3, Scale = 0 };
        using var b = new AttentionBuffers<float>(c);
        for (int i = 0; i < 36; i++)
        {
            b.Value[i] = i / 6 == i % 6 ? 1 : 0;
        }

        new AttentionCpu().Forward(b.Problem, b.OutputView, b.LogSumExpView);

        string[] expected = causal
            ? ["x.....", "xx....", "xxx...", ".xxx..", "..xxx.", "...xxx"] // (i − 3, i]
            : ["xxx...", "xxxx..", "xxxxx.", ".xxxxx", "..xxxx", "...xxx"]; // |i − j| < 3
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(expected[i], string.Concat(Enumerable.Range(0, 6).Select(j => b.Output[(i * 6) + j] > 0 ? 'x' : '.')));
        }
    }

    [Theory]
    [InlineData(100f)]
    [InlineData(300f)]
    public void ForwardAndBackward_HugeLogits_StayFinite(float amplitude)
    {
        // Scores reach 16 · 100² · 0.25 = 4e4, far beyond what exp takes; f32 carries an error of 1e-7 of that into the exponent.
        var c = new AttentionCase { Heads = 2, QueryLength = 50, KeyLength = 130, Amplitude = amplitude, Causal = true };
        using var b = new AttentionBuffers<float>(c);
        using var reference = new AttentionBuffers<double>(c);
        AttentionReference<double>.Forward(reference.Problem, reference.OutputView, reference.LogSumExpView);
        var kernel = new AttentionCpu();

        kernel.Forward(b.Problem, b.OutputView, b.LogSumExpView);
        kernel.Backward(b.Problem, b.Gradients());

        AssertClose("out", b.Output, reference.Output, b.OutputCount, 2e-2);
        AssertFinite(b.QueryGradient, b.QueryCount);
        AssertFinite(b.KeyGradient, b.KeyCount);
        AssertFinite(b.ValueGradient, b.ValueCount);
    }

    [Fact]
    public void Forward_NanInOneQuery_ReachesThatRowOnly()
    {
        var c = new AttentionCase { Heads = 1, QueryLength = 40, KeyLength = 120, HeadDim = 16 };
        using var b = new AttentionBuffers<float>(c);
        b.Query[(13 * 16) + 3] = float.NaN;

        new AttentionCpu().Forward(b.Problem, b.OutputView, b.LogSumExpView);

        for (int row = 0; row < 40; row++)
        {
            Assert.Equal(row == 13, float.IsNaN(b.Output[row * 16]));
            Assert.Equal(row == 13, float.IsNaN(b.LogSumExp[row]));
        }
    }

    [Fact]
    public void ForwardAndBackward_NanInHiddenKeys_ChangesNothing()
    {
        var c = new AttentionCase { Heads = 2, QueryLength = 30, KeyLength = 120, KeyMask = true, KeyRanges = true };
        using var clean = new AttentionBuffers<float>(c);
        using var dirty = new AttentionBuffers<float>(c);
        AttentionSequence sequence = c.Sequences()[0];
        int hidden = 0;
        for (int j = 0; j < 120; j++)
        {
            if (j < sequence.KeyBegin || j >= sequence.KeyEnd || !sequence.KeyMask.Span[j])
            {
                dirty.Key[(j * 16) + 2] = dirty.Value[(j * 16) + 5] = float.NaN;
                hidden++;
            }
        }

        Run(clean);
        Run(dirty);

        Assert.True(hidden > 40);
        AssertSameBits(clean, dirty);
        AssertFinite(dirty.Output, dirty.OutputCount);
    }

    [Fact]
    public void ForwardAndBackward_MinusInfinityInTheBias_HidesKeysAsAMaskDoes()
    {
        var masked = new AttentionCase { Heads = 1, QueryLength = 9, KeyLength = 120, KeyMask = true, Bias = (1, 1) };
        using var byMask = new AttentionBuffers<float>(masked);
        using var byBias = new AttentionBuffers<float>(masked with { KeyMask = false });
        ReadOnlySpan<bool> isSeen = masked.Sequences()[0].KeyMask.Span;
        for (int i = 0; i < 9 * 120; i++)
        {
            bool isRowBlind = i / 120 == 4; // the bias of this row hides every key
            byMask.Bias[i] = isRowBlind ? float.NegativeInfinity : byMask.Bias[i];
            byBias.Bias[i] = isRowBlind || !isSeen[i % 120] ? float.NegativeInfinity : byMask.Bias[i];
        }

        Run(byMask);
        Run(byBias);

        AssertSameBits(byMask, byBias);
        AssertFinite(byBias.Output, byBias.OutputCount);
        AssertFinite(byBias.QueryGradient, byBias.QueryCount);
        for (int c = 0; c < 16; c++)
        {
            Assert.Equal(0, byBias.Output[(4 * 16) + c]);
            Assert.Equal(0, byBias.QueryGradient[(4 * 16) + c]);
            Assert.NotEqual(0, byBias.QueryGradient[(3 * 16) + c]);
        }
    }

    [Fact]
    public void ForwardAndBackward_AnyThreadCount_GivesTheSameBits()
    {
        AttentionCase[] cases =
        [
            new() { Heads = 9, KeyValueHeads = 3, QueryLength = 400, KeyLength = 400, HeadDim = 32, ValueDim = 32, Causal = true },
            new() { Heads = 1, QueryLength = 500, KeyLength = 700, Batch = 2, Bias = (1, 1) },
            new() { Heads = 4, KeyValueHeads = 2, Packed = [(300, 300), (0, 0), (17, 210), (290, 5)], Causal = true, SlidingWindow = 64 },
        ];
        foreach (AttentionCase c in cases)
        {
            using var one = new AttentionBuffers<float>(c);
            using (ComputeThreads.Use(1))
            {
                Run(one);
            }

            foreach (int threads in (int[])[2, 7])
            {
                using var many = new AttentionBuffers<float>(c);
                using (ComputeThreads.Use(threads))
                {
                    Run(many);
                }

                AssertSameBits(one, many);
            }
        }
    }

    [Theory]
    [InlineData(1, true, null)]
    [InlineData(3, true, 40)]
    [InlineData(100, true, 130)]
    [InlineData(1, false, null)]
    [InlineData(7, false, 25)]
    public void Forward_FewQueries_GiveTheBitsOfManyQueries(int queries, bool causal, int? window)
    {
        foreach (SimdLevel level in s_levels)
        {
            using SimdDispatch.Restore restore = SimdDispatch.Use(level);
            var all = new AttentionCase { Heads = 3, QueryLength = 311, KeyLength = 311, HeadDim = 40, ValueDim = 24, Causal = causal, SlidingWindow = window };
            using var full = new AttentionBuffers<float>(all);
            full.Query[0] = 1;
            Forward(full);

            for (int start = 0; start + queries <= 311; start += 37)
            {
                using var part = new AttentionBuffers<float>(all with { QueryLength = queries, QueryStart = start });
                new Span<float>(full.Query + (start * 3 * 40), queries * 3 * 40).CopyTo(new Span<float>(part.Query, queries * 3 * 40));
                new Span<float>(full.Key, (int)full.KeyCount).CopyTo(new Span<float>(part.Key, (int)full.KeyCount));
                new Span<float>(full.Value, (int)full.ValueCount).CopyTo(new Span<float>(part.Value, (int)full.ValueCount));
                Forward(part);

                AssertSameBits(part.Output, full.Output + (start * 3 * 24), part.OutputCount);
            }
        }
    }

    [Fact]
    public void Backward_OnlySomeGradients_GiveTheSameBitsAndTouchNoOthers()
    {
        var c = new AttentionCase { Heads = 4, KeyValueHeads = 2, QueryLength = 60, KeyLength = 230, Bias = (1, 4), Causal = true };
        using var all = new AttentionBuffers<float>(c);
        Run(all);
        for (int chosen = 0; chosen < 16; chosen++)
        {
            using var some = new AttentionBuffers<float>(c);
            var kernel = new AttentionCpu();
            kernel.Forward(some.Problem, some.OutputView, some.LogSumExpView);
            kernel.Backward(some.Problem, some.Gradients((chosen & 1) != 0, (chosen & 2) != 0, (chosen & 4) != 0, (chosen & 8) != 0));

            AssertChosen((chosen & 1) != 0, some.QueryGradient, all.QueryGradient, all.QueryCount, -12345);
            AssertChosen((chosen & 2) != 0, some.KeyGradient, all.KeyGradient, all.KeyCount, -12345);
            AssertChosen((chosen & 4) != 0, some.ValueGradient, all.ValueGradient, all.ValueCount, -12345);
            AssertChosen((chosen & 8) != 0, some.BiasGradient, all.BiasGradient, all.BiasCount, 0);
        }
    }

    private static void AssertChosen(bool isChosen, float* actual, float* expected, long count, float untouched)
    {
        for (long i = 0; i < count; i++)
        {
            Assert.Equal(isChosen ? expected[i] : untouched, actual[i]);
        }
    }

    private static void Check(AttentionCase c)
    {
        using var reference = new AttentionBuffers<double>(c);
        AttentionReference<double>.Forward(reference.Problem, reference.OutputView, reference.LogSumExpView);
        AttentionReference<double>.Backward(reference.Problem, reference.Gradients());
        foreach (SimdLevel level in s_levels)
        {
            using SimdDispatch.Restore restore = SimdDispatch.Use(level);
            using var b = new AttentionBuffers<float>(c);
            Run(b);

            AssertClose("out", b.Output, reference.Output, b.OutputCount, Tolerance);
            AssertClose("lse", b.LogSumExp, reference.LogSumExp, b.RowCount, Tolerance);
            AssertClose("dq", b.QueryGradient, reference.QueryGradient, b.QueryCount, Tolerance);
            AssertClose("dk", b.KeyGradient, reference.KeyGradient, b.KeyCount, Tolerance);
            AssertClose("dv", b.ValueGradient, reference.ValueGradient, b.ValueCount, Tolerance);
            AssertClose("dbias", b.BiasGradient, reference.BiasGradient, b.BiasCount, Tolerance);
            b.AssertGuardsIntact();
        }
    }

    private static void Forward(AttentionBuffers<float> b) => new AttentionCpu().Forward(b.Problem, b.OutputView, b.LogSumExpView);

    private static void Run(AttentionBuffers<float> b)
    {
        Forward(b);
        new AttentionCpu().Backward(b.Problem, b.Gradients());
    }

    private static void AssertClose(string name, float* actual, double* expected, long count, double tolerance)
    {
        for (long i = 0; i < count; i++)
        {
            double error = actual[i] == expected[i] ? 0 : Math.Abs(actual[i] - expected[i]);
            Assert.True(error <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{name}[{i}]: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    private static void AssertFinite(float* values, long count)
    {
        Assert.True(count > 0);
        for (long i = 0; i < count; i++)
        {
            Assert.True(float.IsFinite(values[i]), $"element {i} is {values[i]}");
        }
    }

    private static void AssertSameBits(AttentionBuffers<float> a, AttentionBuffers<float> b)
    {
        AssertSameBits(a.Output, b.Output, a.OutputCount);
        AssertSameBits(a.LogSumExp, b.LogSumExp, a.RowCount);
        AssertSameBits(a.QueryGradient, b.QueryGradient, a.QueryCount);
        AssertSameBits(a.KeyGradient, b.KeyGradient, a.KeyCount);
        AssertSameBits(a.ValueGradient, b.ValueGradient, a.ValueCount);
        AssertSameBits(a.BiasGradient, b.BiasGradient, a.BiasCount);
    }

    private static void AssertSameBits(float* a, float* b, long count)
    {
        for (long i = 0; i < count; i++)
        {
            Assert.True(BitConverter.SingleToInt32Bits(a[i]) == BitConverter.SingleToInt32Bits(b[i]), $"element {i}: {a[i]:R} and {b[i]:R}");
        }
    }
}
