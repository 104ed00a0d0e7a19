using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Inference.Sampling;

namespace Hone.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    [Fact]
    public void Choose_Greedy_TakesTheFirstOfTheHighest()
    {
        float[] logits = [.. Enumerable.Repeat(-1f, 40), 3f, 3f, 2f];

        Assert.Equal(40, Choose(logits, SamplingOptions.Greedy));
    }

    [Fact]
    public void Choose_GreedyWithPenalty_LooksAtThePenalisedScores()
    {
        var options = new SamplingOptions { RepetitionPenalty = 2 };

        // Token 1 has 4 / 2 = 2 after the penalty, token 2 has 3.
        Assert.Equal(2, new Sampler().Choose([0f, 4f, 3f], options, [1], 1, [], null, [], 0));
    }

    [Fact]
    public void Choose_AllTokensBanned_SaysSo()
    {
        var mask = new TokenMask(3);

        Assert.Equal(-1, new Sampler().Choose([1f, 2f, 3f], SamplingOptions.Greedy, [], 0, [], mask, [], 0));
        Assert.Equal(-1, new Sampler().Choose([1f, 2f, 3f], new SamplingOptions { Temperature = 1 }, [], 0, [0, 1, 2], null, [], 0.5));
    }

    [Fact]
    public void Choose_Drawn_FollowsTheDistribution()
    {
        // e^0 : e^ln2 : e^ln5 = 1 : 2 : 5, so the cumulative distribution is 0.125, 0.375, 1.
        float[] logits = [0f, MathF.Log(2), MathF.Log(5)];
        var options = new SamplingOptions { Temperature = 1 };

        Assert.Equal(0, Choose(logits, options, 0.124));
        Assert.Equal(1, Choose(logits, options, 0.126));
        Assert.Equal(1, Choose(logits, options, 0.374));
        Assert.Equal(2, Choose(logits, options, 0.376));
        Assert.Equal(2, Choose(logits, options, 1 - 1e-16));
    }

    [Theory]
    [InlineData(0.3, 5, 0.9, 0.0)]
    [InlineData(1.0, 0, 0.5, 0.0)]
    [InlineData(1.7, 0, 0.95, 0.02)]
    [InlineData(1.0, 50, 1.0, 0.0)]
    [InlineData(5.0, 0, 0.999, 0.0)]
    public void Distribution_LargeVocabulary_EqualsSortingEverything(double temperature, int topK, double topP, double minP)
    {
        var random = new RandomStream(7, "test");
        float[] logits = new float[5000];
        random.FillNormal(logits, 0, 3);
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
        double[] actual = new double[logits.Length];

        new Sampler().Distribution(logits, options, [], 0, actual);

        double[] expected = BySorting(logits, options);
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-6);
            Assert.Equal(expected[i] > 0, actual[i] > 0);
        }
    }

    [Fact]
    public void Distribution_EverythingTied_KeepsTheLowestIds()
    {
        double[] actual = new double[10];

        new Sampler().Distribution(new float[10], new SamplingOptions { Temperature = 1, TopP = 0.35 }, [], 0, actual);

        Assert.Equal([0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0, 0, 0], actual); // three tenths are below 0.35, so a fourth token crosses it
    }

    [Fact]
    public void Check_WrongValues_NamesAllOfThem()
    {
        var error = Assert.Throws<HoneException>(() => new SamplingOptions { Temperature = -1, TopP = 0, MinP = 2 }.Check());

        Assert.Contains("temperature -1", error.Facts, StringComparison.Ordinal);
        Assert.Contains("top_p 0", error.Facts, StringComparison.Ordinal);
        Assert.Contains("min_p 2", error.Facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1000)]
    public void KthLargest_AnyOrder_EqualsSorting(int length)
    {
        var random = new RandomStream(3, "test");
        for (int round = 0; round < 20; round++)
        {
            float[] values = Enumerable.Range(0, length).Select(_ => (float)random.NextInt32(round < 10 ? 8 : 100_000)).ToArray();
            float[] sorted = [.. values.OrderDescending()];
            foreach (int k in (int[])[1, 2, 7, 40, length])
            {
                float expected = k <= length ? sorted[k - 1] : float.NegativeInfinity;
                Assert.Equal(expected, ScoreScan.KthLargest(values, k, new float[ScoreScan.KthLargestBuffer(k)]));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(float.NegativeInfinity, false)]
    public void HasNonNumber_AnyPlace_IsFound(float value, bool expected)
    {
        for (int place = 0; place < 37; place++)
        {
            float[] values = new float[37];
            values[place] = value;
            Assert.Equal(expected, ScoreScan.HasNonNumber(values));
        }
    }

    [Fact]
    public void Exponentials_WholeRange_AreExactToAFewUnits()
    {
        float[] values = [0f, .. Enumerable.Range(0, 20_000).Select(i => -i * 0.005f), float.NegativeInfinity];
        float[] weights = new float[values.Length];

        double sum = ScoreScan.Exponentials(values, 0, weights);

        Assert.Equal(weights.Sum(w => (double)w), sum, 1e-9);
        Assert.Equal(0, weights[^1]);
        for (int i = 0; i < values.Length; i++)
        {
            double expected = Math.Exp(values[i]);
            Assert.True(Math.Abs(weights[i] - expected) <= Math.Max(3e-7 * expected, float.Epsilon), $"e^{values[i]} is {weights[i]:R}"); // subnormals have one unit
        }
    }

    [Fact]
    public void Score_OneToken_GivesItsLogProbabilityRankAndTheBest()
    {
        // 1 : 2 : 5 again.
        TokenScore score = new LogProbabilities().Score([0f, MathF.Log(2), MathF.Log(5)], 1, 2);

        Assert.Equal(Math.Log(0.25), score.Token.LogProbability, 1e-6);
        Assert.Equal(2, score.Token.Rank);
        Assert.Equal([2, 1], score.Alternatives.Select(a => a.Token));
        Assert.Equal(Math.Log(0.625), score.Alternatives[0].LogProbability, 1e-6);
    }

    private static int Choose(float[] logits, SamplingOptions options, double uniform = 0) => new Sampler().Choose(logits, options, [], 0, [], null, [], uniform);

    private static double[] BySorting(float[] logits, SamplingOptions options)
    {
        var kept = logits.Select((logit, id) => (Id: id, Score: (float)(logit / (float)options.Temperature))).OrderByDescending(t => t.Score).ToList();
        if (options.TopK > 0)
        {
            kept = kept.Where(t => t.Score >= kept[options.TopK - 1].Score).ToList();
        }

        if (options.TopP < 1)
        {
            double total = kept.Sum(t => Math.Exp(t.Score - kept[0].Score)), before = 0;
            kept = kept.TakeWhile(t =>
            {
                bool stays = before < options.TopP * total;
                before += Math.Exp(t.Score - kept[0].Score);
                return stays;
            }).ToList();
        }

        kept = kept.Where(t => Math.Exp(t.Score - kept[0].Score) >= options.MinP).ToList();
        double sum = kept.Sum(t => Math.Exp(t.Score - kept[0].Score));
        double[] result = new double[logits.Length];
        kept.ForEach(t => result[t.Id] = Math.Exp(t.Score - kept[0].Score) / sum);
        return result;
    }
}
