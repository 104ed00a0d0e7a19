using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Losses;
using Hone.Tensors.Kernels.Reference;
using Hone.Tensors.Memory;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu;

[Collection(MemoryAccounting.Name)]
public sealed unsafe class CrossEntropyCpuTests
{
    public static TheoryData<float, float, float, bool> Settings => new()
    {
        { 0f, 0f, 0f, false },
        { 0.1f, 0f, 0f, false },
        { 0f, 0.01f, 0f, true },
        { 0f, 0f, 3f, false },
        { 0.2f, 0.05f, 2f, true },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Linear_EveryShapeAndWidth_MatchesTheReference(float smoothing, float zLoss, float softCap, bool hasWeights)
    {
        var settings = new CrossEntropySettings { LabelSmoothing = smoothing, ZLoss = zLoss, SoftCap = softCap };
        foreach ((int tokens, int size, int vocabulary) in new[] { (0, 3, 5), (1, 1, 1), (5, 8, 17), (33, 31, 100), (7, 16, 1537), (3, 9, 3100) })
        {
            var c = LinearCase.Create(tokens, size, vocabulary, settings, hasWeights);
            KernelSuite.AssertClose(c.RunKernel, c.RunReference(), 1e-5, 2e-5);
        }
    }

    [Fact]
    public void Linear_AnyThreadCount_SameBits()
    {
        var settings = new CrossEntropySettings { LabelSmoothing = 0.1f, ZLoss = 1e-3f };
        KernelSuite.AssertSameForAllThreadCounts(LinearCase.Create(150, 64, 3001, settings, true).RunKernel);
    }

    [Fact]
    public void Linear_SeveralChunksOfTokens_EqualOneTokenAtATime()
    {
        // 200,000 classes leave room for 32 tokens a chunk, so 120 labelled tokens take four.
        const int Tokens = 150, Size = 4, Vocabulary = 200_000;
        var all = LinearCase.Create(Tokens, Size, Vocabulary, new CrossEntropySettings(), false);
        float[][] together = all.RunKernel();
        double loss = 0;
        var dHidden = new List<float>();
        for (int token = 0; token < Tokens; token++)
        {
            float[][] single = (all with { Hidden = all.Hidden[(token * Size)..((token + 1) * Size)], Labels = [all.Labels[token]] }).RunKernel();
            loss += single[0][0];
            dHidden.AddRange(single[1]);
        }

        KernelSuite.AssertClose(together[0][..1], [loss], 1e-6, 0, "loss");
        KernelSuite.AssertClose(together[1], KernelSuite.Double([.. dHidden]), 1e-4, 1e-5, "gradient of the hidden states");
    }

    [Fact]
    public void Linear_UniformLogits_CostsTheLogarithmOfTheVocabulary()
    {
        // Hidden states of zero: every class has probability 1/8, so each of the two labelled tokens costs ln 8 = 2.0794415416798357.
        var c = new LinearCase(1, 8, [0, 0, 0], KernelSuite.Values(1, 8), [3, -100, 5], [], new CrossEntropySettings(), 1);

        KernelSuite.AssertClose(() => [c.RunKernel()[0]], [[2 * 2.0794415416798357, 2 * 2.0794415416798357, 2, 2]], 1e-7, 0);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(8L)]
    [InlineData(-99L)]
    public void Linear_LabelOutsideTheVocabulary_NamesTokenAndValue(long label)
    {
        var c = new LinearCase(1, 8, [1, 1], KernelSuite.Values(1, 8), [0, label], [], new CrossEntropySettings(), 1);

        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => c.RunKernel());

        Assert.Contains($"Label {label} of token 1 lies outside the 8 classes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Linear_LargeHead_HoldsLessThan64MebibytesExtra()
    {
        var c = LinearCase.Create(1024, 8, 49_152, new CrossEntropySettings(), false);
        using IDisposable threads = ComputeThreads.Use(2);
        MemoryPool.Cpu.Trim();
        long before = MemoryPool.Cpu.Usage.LiveBytes;
        MemoryPool.Cpu.ResetPeak();

        c.RunKernel();

        long extra = MemoryPool.Cpu.Usage.PeakBytes - before;
        Assert.InRange(extra, 1 << 20, 64 << 20); // not even a third of the 192 MiB that all logits take
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void LogitsKernel_EveryShapeAndWidth_MatchesTheReference(float smoothing, float zLoss, float softCap, bool hasWeights)
    {
        var settings = new CrossEntropySettings { LabelSmoothing = smoothing, ZLoss = zLoss, SoftCap = softCap };
        foreach ((int tokens, int classes) in new[] { (0, 3), (1, 1), (5, 17), (300, 9), (4, 1000) })
        {
            float[] logits = KernelSuite.Values(1, tokens * classes, -6, 6);
            long[] labels = Labels(tokens, classes);
            float[] weights = hasWeights ? KernelSuite.Values(2, tokens, 0, 2) : [];
            double[] gradient = new double[logits.Length];
            (double loss, double nll, double weightSum) = CrossEntropyReference.Run<double>(
                KernelSuite.Double(logits), labels, KernelSuite.Double(weights), classes, settings, 0.5, gradient);
            KernelSuite.AssertClose(() => RunLogits(logits, labels, weights, classes, settings, isInPlace: false), [[loss, nll, weightSum], gradient], 5e-6, 5e-6);
            KernelSuite.AssertClose(() => RunLogits(logits, labels, weights, classes, settings, isInPlace: true), [[loss, nll, weightSum], gradient], 5e-6, 5e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void ReferenceGradient_MatchesCentralDifferences(float smoothing, float zLoss, float softCap, bool hasWeights)
    {
        var settings = new CrossEntropySettings { LabelSmoothing = smoothing, ZLoss = zLoss, SoftCap = softCap };
        double[] hidden = KernelSuite.Double(KernelSuite.Values(1, 4 * 3)), weight = KernelSuite.Double(KernelSuite.Values(2, 7 * 3));
        double[] tokenWeights = hasWeights ? [0.5, 2, 1, 0.25] : [];
        long[] labels = [6, -100, 0, 3];
        double[] dHidden = new double[hidden.Length], dWeight = new double[weight.Length];
        double[] Forward() => [CrossEntropyReference.RunLinear<double>(hidden, weight, labels, tokenWeights, 3, settings, 1, [], []).Loss];

        CrossEntropyReference.RunLinear<double>(hidden, weight, labels, tokenWeights, 3, settings, 1, dHidden, dWeight);

        KernelSuite.AssertGradient(Forward, hidden, [1], dHidden);
        KernelSuite.AssertGradient(Forward, weight, [1], dWeight);
    }

    private static long[] Labels(int tokens, int classes) => [.. Enumerable.Range(0, tokens).Select(i => i % 5 == 1 ? -100 : (long)(i * 7919 % classes))];

    private static float[][] RunLogits(float[] logits, long[] labels, float[] weights, int classes, CrossEntropySettings settings, bool isInPlace)
    {
        using var source = new GuardedFloats(logits);
        using var tokenWeights = new GuardedFloats(weights);
        using var gradient = new GuardedFloats(logits.Length);
        CrossEntropySums sums;
        fixed (long* l = labels)
        {
            sums = new CrossEntropyCpu().Run(
                source.Pointer, l, weights.Length > 0 ? tokenWeights.Pointer : null, labels.Length, classes, settings, 0.5f, isInPlace ? source.Pointer : gradient.Pointer);
        }

        float[] after = source.Read();
        Assert.True(isInPlace || after.AsSpan().SequenceEqual(logits), "the logits were changed");
        return [[(float)sums.Loss, (float)sums.NegativeLogLikelihood, (float)sums.WeightSum], isInPlace ? after : gradient.Read()];
    }

    private sealed record LinearCase(
        int Size, int Vocabulary, float[] Hidden, float[] Weight, long[] Labels, float[] TokenWeights, CrossEntropySettings Settings, float Scale)
    {
        public static LinearCase Create(int tokens, int size, int vocabulary, CrossEntropySettings settings, bool hasWeights) => new(
            size,
            vocabulary,
            KernelSuite.Values(1, tokens * size),
            KernelSuite.Values(2, vocabulary * size, -1, 1),
            CrossEntropyCpuTests.Labels(tokens, vocabulary),
            hasWeights ? KernelSuite.Values(3, tokens, 0, 2) : [],
            settings,
            0.5f);

        /// <summary>Sums, dHidden, dWeight, negative log-likelihoods of the tokens.</summary>
        public float[][] RunKernel()
        {
            using var hidden = new GuardedFloats(Hidden);
            using var weight = new GuardedFloats(Weight);
            using var tokenWeights = new GuardedFloats(TokenWeights);
            using var dHidden = new GuardedFloats(Hidden.Length);
            using var dWeight = new GuardedFloats(Weight.Length);
            using var likelihoods = new GuardedFloats(Labels.Length);
            CrossEntropySums sums;
            fixed (long* labels = Labels)
            {
                var arguments = new LinearCrossEntropyArguments
                {
                    Hidden = hidden.Pointer,
                    Weight = weight.Pointer,
                    Labels = labels,
                    TokenWeights = TokenWeights.Length > 0 ? tokenWeights.Pointer : null,
                    Tokens = Labels.Length,
                    HiddenSize = Size,
                    Vocabulary = Vocabulary,
                    GradientScale = Scale,
                    DHidden = dHidden.Pointer,
                    DWeight = dWeight.Pointer,
                    TokenNegativeLogLikelihoods = likelihoods.Pointer,
                };
                sums = new LinearCrossEntropyCpu().Run(arguments, Settings);
            }

            return [[(float)sums.Loss, (float)sums.NegativeLogLikelihood, (float)sums.WeightSum, sums.Count], dHidden.Read(), dWeight.Read(), likelihoods.Read()];
        }

        public double[][] RunReference()
        {
            double[] hidden = KernelSuite.Double(Hidden), weight = KernelSuite.Double(Weight), dHidden = new double[Hidden.Length], dWeight = new double[Weight.Length];
            (double loss, double nll, double weightSum) = CrossEntropyReference.RunLinear<double>(
                hidden, weight, Labels, KernelSuite.Double(TokenWeights), Size, Settings, Scale, dHidden, dWeight);
            double[] single = new double[Labels.Length];
            for (int token = 0; token < single.Length; token++)
            {
                single[token] = CrossEntropyReference.RunLinear<double>(
                    hidden.AsSpan(token * Size, Size), weight, Labels.AsSpan(token, 1), [], Size, Settings, 1, [], []).NegativeLogLikelihood;
            }

            return [[loss, nll, weightSum, Labels.Count(label => label != -100)], dHidden, dWeight, single];
        }
    }
}
