using System.Collections.Immutable;

namespace Hone.Inference.Sampling;

/// <summary>Reads log-probabilities off rows of logits; owns the working memory, so one thread uses it at a time.</summary>
internal sealed class LogProbabilities
{
    private float[] _weights = [];

    /// <summary>The log-probability of one token and of the best ones.</summary>
    /// <param name="logits">The model's row.</param>
    /// <param name="token">The token asked for.</param>
    /// <param name="alternatives">How many of the most probable tokens to list.</param>
    public TokenScore Score(ReadOnlySpan<float> logits, int token, int alternatives)
    {
        double normalizer = Normalizer(logits);
        float own = logits[token];
        int rank = 0;
        foreach (float logit in logits)
        {
            rank += logit >= own ? 1 : 0;
        }

        return new TokenScore(new TokenLogProbability(token, own - normalizer, rank), Best(logits, normalizer, alternatives));
    }

    /// <summary>The logarithm of the sum of the exponentials of a row.</summary>
    public double Normalizer(ReadOnlySpan<float> logits)
    {
        if (_weights.Length < logits.Length)
        {
            _weights = new float[logits.Length];
        }

        return ScoreScan.LogSumExp(logits, _weights);
    }

    private ImmutableArray<TokenLogProbability> Best(ReadOnlySpan<float> logits, double normalizer, int count)
    {
        count = Math.Min(count, logits.Length);
        if (count <= 0)
        {
            return [];
        }

        float threshold = ScoreScan.KthLargest(logits, count, new float[ScoreScan.KthLargestBuffer(count)]);
        var best = new List<(float Logit, int Token)>();
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] >= threshold)
            {
                best.Add((logits[id], id));
            }
        }

        return [.. best.OrderByDescending(b => b.Logit).ThenBy(b => b.Token).Take(count).Select((b, i) => new TokenLogProbability(b.Token, b.Logit - normalizer, i + 1))];
    }
}
