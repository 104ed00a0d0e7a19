using System.Collections.Immutable;
using Hone.Inference.Sampling;

namespace Hone.Inference.Scheduling;

/// <summary>Keeps the most probable continuations of a prompt side by side.</summary>
/// <remarks>
/// Each step takes the best of all one-token continuations of all beams; those that end become hypotheses, ranked by log-probability / length^penalty. The search ends
/// when no beam can still beat the worst of <c>width</c> hypotheses at its present length. Source: Hugging Face transformers, beam search with <c>early_stopping=False</c>.
/// </remarks>
internal sealed class BeamSearch
{
    private readonly RequestState _request;
    private readonly List<Hypothesis> _hypotheses = [];
    private int _created;

    /// <summary>Starts a search.</summary>
    /// <param name="request">A request with a beam width above 1.</param>
    /// <param name="prompt">Its text without continuation.</param>
    public BeamSearch(RequestState request, Sequence prompt)
    {
        _request = request;
        Beams = [prompt];
    }

    /// <summary>The texts that are being continued.</summary>
    public IReadOnlyList<Sequence> Beams { get; private set; }

    /// <summary>How many continuations of each beam have to be known: enough when all but the last half of them end.</summary>
    public int ContinuationsNeeded => 2 * _request.Request.BeamWidth;

    /// <summary>Whether every beam's continuations are known.</summary>
    public bool IsReady => Beams.All(beam => beam.Continuations is not null);

    /// <summary>Takes the next step once all continuations are known.</summary>
    /// <returns>The beams to compute next; none when the search is over.</returns>
    public IReadOnlyList<Sequence> Advance()
    {
        int width = _request.Request.BeamWidth;
        var ranked = Beams
            .SelectMany((beam, place) => (beam.Continuations ?? []).Select(next => (Beam: beam, Place: place, next.Token, Sum: beam.LogProbability + next.LogProbability, next.LogProbability)))
            .Where(next => !double.IsNegativeInfinity(next.Sum))
            .OrderByDescending(next => next.Sum).ThenBy(next => next.Place).ThenBy(next => next.Token)
            .Take(2 * width).ToList();
        var chosen = new List<Sequence>();
        for (int rank = 0; rank < ranked.Count && chosen.Count < width; rank++)
        {
            (Sequence beam, _, int token, double sum, double logProbability) = ranked[rank];
            var score = new TokenScore(new TokenLogProbability(token, logProbability, rank + 1), []);
            if (_request.EndTokens.Contains(token))
            {
                if (rank < width)
                {
                    AddHypothesis(beam.Tokens[beam.PromptLength..], [.. beam.Scores, score], token, sum, FinishReason.Stop);
                }

                continue;
            }

            Sequence next = beam.Fork(++_created);
            next.Append(token);
            next.Scores.Add(score);
            next.LogProbability = sum;
            chosen.Add(next);
        }

        Beams = chosen;
        if (chosen.Count > 0 && chosen[0].Generated >= _request.MaxTokens)
        {
            foreach (Sequence beam in chosen)
            {
                AddHypothesis(beam.Tokens[beam.PromptLength..], beam.Scores, null, beam.LogProbability, FinishReason.Length);
            }

            Discard();
        }
        else if (IsDecided())
        {
            Discard();
        }

        return Beams;
    }

    /// <summary>The best texts, best first.</summary>
    /// <param name="render">Turns tokens into text.</param>
    public IEnumerable<GeneratedText> Best(Func<ImmutableArray<int>, string> render) => _hypotheses
        .OrderByDescending(hypothesis => hypothesis.Score)
        .Take(_request.Request.Samples)
        .Select((hypothesis, place) => new GeneratedText
        {
            Sample = place,
            Text = render(hypothesis.Text),
            Ids = hypothesis.Ids,
            FinishReason = hypothesis.Reason,
            Scores = _request.Request.LogProbabilities is null ? [] : hypothesis.Scores,
            BeamScore = hypothesis.Score,
        });

    private bool IsDecided()
    {
        if (Beams.Count == 0)
        {
            return true;
        }

        int width = _request.Request.BeamWidth;
        return _hypotheses.Count >= width && _hypotheses.Min(hypothesis => hypothesis.Score) >= Score(Beams[0].LogProbability, Beams[0].Generated);
    }

    private void Discard()
    {
        foreach (Sequence beam in Beams)
        {
            beam.ReleaseCache();
        }

        Beams = [];
    }

    private void AddHypothesis(ReadOnlySpan<int> tokens, IReadOnlyList<TokenScore> scores, int? end, double sum, FinishReason reason)
    {
        ImmutableArray<int> text = [.. tokens];
        ImmutableArray<int> ids = end is { } token ? text.Add(token) : text;
        _hypotheses.Add(new Hypothesis(text, ids, [.. scores], Score(sum, ids.Length), reason));
        if (_hypotheses.Count > _request.Request.BeamWidth)
        {
            _hypotheses.Remove(_hypotheses.MinBy(hypothesis => hypothesis.Score)!); // not empty
        }
    }

    private double Score(double sum, int length) => sum / Math.Pow(length, _request.Request.LengthPenalty);

    private sealed record Hypothesis(ImmutableArray<int> Text, ImmutableArray<int> Ids, ImmutableArray<TokenScore> Scores, double Score, FinishReason Reason);
}
