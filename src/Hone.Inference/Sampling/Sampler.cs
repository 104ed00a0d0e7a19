namespace Hone.Inference.Sampling;

/// <summary>Chooses the next token of one sequence from its row of logits; owns the working memory, so one thread uses it at a time.</summary>
/// <remarks>The choice depends on the row, the options, the tokens so far and the given random number alone.</remarks>
internal sealed class Sampler
{
    private readonly LogitEdits _edits = new();
    private readonly Candidates _candidates = new();
    private float[] _scores = [];

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">One value for each token id; −∞ for impossible ones.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="tokens">Prompt and output so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="bans">Tokens that are not allowed now besides those of the options.</param>
    /// <param name="mask">The only tokens allowed, when a constraint says so.</param>
    /// <param name="unmasked">Tokens that are allowed although the mask does not hold them.</param>
    /// <param name="uniform">In [0, 1): the random number of this draw.</param>
    /// <returns>−1 when every token is impossible.</returns>
    public int Choose(
        ReadOnlySpan<float> logits,
        SamplingOptions options,
        ReadOnlySpan<int> tokens,
        int promptLength,
        ReadOnlySpan<int> bans,
        TokenMask? mask,
        ReadOnlySpan<int> unmasked,
        double uniform)
    {
        if (options.IsGreedy && !options.EditsLogits && bans.IsEmpty && mask is null)
        {
            return ScoreScan.ArgMax(logits);
        }

        ReadOnlySpan<float> scores = Edit(logits, options, tokens, promptLength, bans);
        mask?.Apply(_scores.AsSpan(0, logits.Length), unmasked);
        if (options.IsGreedy)
        {
            return ScoreScan.ArgMax(scores);
        }

        Filter(scores, options);
        return _candidates.Count == 0 ? -1 : _candidates.Draw(uniform);
    }

    /// <summary>Writes the probabilities from which <see cref="Choose"/> would draw at a temperature above 0.</summary>
    public void Distribution(ReadOnlySpan<float> logits, SamplingOptions options, ReadOnlySpan<int> tokens, int promptLength, Span<double> probabilities)
    {
        Filter(Edit(logits, options, tokens, promptLength, []), options);
        probabilities.Clear();
        for (int i = 0; i < _candidates.Count; i++)
        {
            probabilities[_candidates.Ids[i]] = _candidates.Weights[i] / _candidates.TotalWeight;
        }
    }

    /// <summary>The scores after penalties and bans; valid until the next call.</summary>
    public ReadOnlySpan<float> Edit(ReadOnlySpan<float> logits, SamplingOptions options, ReadOnlySpan<int> tokens, int promptLength, ReadOnlySpan<int> bans)
    {
        if (_scores.Length < logits.Length)
        {
            _scores = new float[logits.Length];
        }

        Span<float> scores = _scores.AsSpan(0, logits.Length);
        logits.CopyTo(scores);
        _edits.Apply(scores, options, tokens, promptLength);
        LogitEdits.Ban(scores, bans);
        return scores;
    }

    private void Filter(ReadOnlySpan<float> scores, SamplingOptions options)
    {
        if (options.Temperature != 1)
        {
            ScoreScan.Divide(_scores.AsSpan(0, scores.Length), (float)options.Temperature);
        }

        _candidates.Reset(scores, options.TopK);
        if (_candidates.Count == 0)
        {
            return;
        }

        if (options.TopP < 1)
        {
            _candidates.KeepTopP(options.TopP);
        }

        if (options.MinP > 0)
        {
            _candidates.KeepMinP(options.MinP);
        }

        if (options.TypicalP < 1)
        {
            _candidates.KeepTypical(options.TypicalP);
        }

        if (options.EpsilonCutoff > 0)
        {
            _candidates.KeepAbove(options.EpsilonCutoff);
        }

        if (options.EtaCutoff > 0)
        {
            _candidates.KeepEta(options.EtaCutoff);
        }
    }
}
