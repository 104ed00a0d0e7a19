using Hone.Core.Errors;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;

namespace Hone.Inference.Scheduling;

/// <summary>Chooses the next token of a text and decides whether the text ends with it.</summary>
internal sealed class TokenChooser
{
    private readonly Sampler _sampler = new();
    private readonly LogProbabilities _logProbabilities = new();

    /// <summary>Log-probabilities at one place of a text.</summary>
    public TokenScore Score(ReadOnlySpan<float> logits, int token, int alternatives) => _logProbabilities.Score(logits, token, alternatives);

    /// <summary>Adds the next token to a text; sets its finish reason when it ends.</summary>
    /// <returns>The text that has become certain.</returns>
    /// <exception cref="HoneException">No token is possible.</exception>
    public string Extend(Sequence sequence, ReadOnlySpan<float> logits)
    {
        RequestState request = sequence.Request;
        int left = request.MaxTokens - sequence.Generated - 1;
        int token = sequence.Cursor is { } cursor ? ChooseConstrained(sequence, cursor, logits, left) : Choose(sequence, logits, null, []);
        if (request.Request.LogProbabilities is { } alternatives)
        {
            sequence.Scores.Add(_logProbabilities.Score(logits, token, alternatives));
        }

        sequence.Append(token);
        if (request.EndTokens.Contains(token))
        {
            sequence.FinishReason = FinishReason.Stop;
            return "";
        }

        string text = sequence.Text?.Append(token) ?? "";
        bool isStopped = sequence.Text?.StopText is not null || sequence.Cursor is { IsComplete: true };
        sequence.FinishReason = isStopped ? FinishReason.Stop : left == 0 ? FinishReason.Length : null;
        return text;
    }

    /// <summary>The most probable tokens to continue with, after penalties and bans.</summary>
    public IReadOnlyList<TokenLogProbability> Continuations(Sequence sequence, ReadOnlySpan<float> logits, int count)
    {
        double normalizer = _logProbabilities.Normalizer(logits);
        float[] scores = new float[logits.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = (float)(logits[i] - normalizer);
        }

        // Penalties apply to log-probabilities here, as in the source of the search.
        GenerationRequest request = sequence.Request.Request;
        ReadOnlySpan<float> edited = _sampler.Edit(scores, request.Sampling, sequence.Tokens, sequence.PromptLength, Bans(sequence));
        float threshold = ScoreScan.KthLargest(edited, Math.Min(count, edited.Length), new float[ScoreScan.KthLargestBuffer(Math.Min(count, edited.Length))]);
        var best = new List<TokenLogProbability>();
        for (int id = 0; id < edited.Length; id++)
        {
            if (edited[id] >= threshold && !float.IsNegativeInfinity(edited[id]))
            {
                best.Add(new TokenLogProbability(id, edited[id], 0));
            }
        }

        return [.. best.OrderByDescending(next => next.LogProbability).ThenBy(next => next.Token).Take(count)];
    }

    private int ChooseConstrained(Sequence sequence, ConstraintCursor cursor, ReadOnlySpan<float> logits, int left)
    {
        int[] ends = cursor.IsAccepting && sequence.Generated >= sequence.Request.Request.MinTokens ? sequence.Request.EndTokens : [];
        int token = cursor.IsClosing ? -1 : Choose(sequence, logits, cursor.Mask, ends);
        return ends.Contains(token) ? token : cursor.Accept(token, left);
    }

    private int Choose(Sequence sequence, ReadOnlySpan<float> logits, TokenMask? mask, int[] unmasked)
    {
        GenerationRequest request = sequence.Request.Request;
        double uniform = request.Sampling.IsGreedy ? 0 : sequence.NextUniform();
        int token = _sampler.Choose(logits, request.Sampling, sequence.Tokens, sequence.PromptLength, Bans(sequence), mask, unmasked, uniform);
        return token >= 0 ? token : throw new HoneException(
            "No token is possible.", RequestChecks.Where(request), $"after {sequence.Generated} tokens every one is banned or excluded", "ban fewer tokens, or loosen the constraint");
    }

    private static int[] Bans(Sequence sequence) => sequence.Generated < sequence.Request.Request.MinTokens ? sequence.Request.EndTokens : [];
}
