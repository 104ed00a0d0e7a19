using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A mixture of experts: every token goes through the MLPs that a router scores highest.</summary>
/// <remarks>
/// <c>p = softmax(router(x)), y = Σ w_e·expert_e(x)</c> over the k experts of largest p, with <c>w = p</c> or <c>w = p/Σp</c>; of equal p the expert of the
/// lower number wins. A token's result does not depend on the other tokens. Source: Jiang et al., Mixtral of Experts, arXiv:2401.04088, section 2.1.
/// </remarks>
public sealed class RoutedMlp : FeedForwardBlock
{
    private readonly Linear _router;
    private readonly GatedMlp[] _experts;
    private readonly int _expertsPerToken;
    private readonly bool _normalizes;

    /// <summary>Takes the router and the experts.</summary>
    /// <param name="router">Scores the experts.</param>
    /// <param name="experts">In the order of the scores.</param>
    /// <param name="expertsPerToken">Experts that a token goes through.</param>
    /// <param name="normalizes">Whether their weights add up to 1.</param>
    public RoutedMlp(Linear router, IEnumerable<GatedMlp> experts, int expertsPerToken, bool normalizes)
    {
        _router = Child(router);
        _experts = [.. experts.Select(Child)];
        _expertsPerToken = expertsPerToken;
        _normalizes = normalizes;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        int tokens = x.Shape[0], hidden = x.Shape[1];
        if (tokens == 0)
        {
            return x;
        }

        Tensor probabilities = Ops.Softmax(_router.Forward(x));  // [tokens, experts]
        long[] chosen = Choose(probabilities);                   // [tokens · expertsPerToken]
        Tensor weights = Ops.Gather(probabilities, -1, Tensor.From(chosen, tokens, _expertsPerToken));
        weights = _normalizes ? weights / Ops.Sum(weights, keepDimensions: true, -1) : weights;

        // Rows sorted by expert, each expert's in order of tokens; then back to the order of tokens.
        int[] order = [.. Enumerable.Range(0, chosen.Length).OrderBy(slot => chosen[slot])];
        var places = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            places[order[i]] = i;
        }

        Tensor[] results = [.. order.GroupBy(slot => chosen[slot]).Select(slots => _experts[slots.Key].Forward(Rows(x, [.. slots.Select(slot => (long)(slot / _expertsPerToken))])))];
        Tensor mixed = Ops.Reshape(Rows(Ops.Concatenate(results, 0), places), tokens, _expertsPerToken, hidden);
        return Ops.Sum(mixed * Ops.Reshape(weights, tokens, _expertsPerToken, 1), keepDimensions: false, 1);
    }

    private static Tensor Rows(Tensor x, long[] rows) => Ops.Embedding(x, Tensor.From(rows, rows.Length));

    private long[] Choose(Tensor probabilities)
    {
        float[] scores = probabilities.ToArray<float>();
        int experts = _experts.Length;
        var chosen = new long[scores.Length / experts * _expertsPerToken];
        for (int token = 0; token < scores.Length / experts; token++)
        {
            ReadOnlySpan<float> row = scores.AsSpan(token * experts, experts);
            Span<long> best = chosen.AsSpan(token * _expertsPerToken, _expertsPerToken);
            for (int slot = 0; slot < best.Length; slot++)
            {
                best[slot] = -1;
                for (int expert = 0; expert < experts; expert++)
                {
                    if (!best[..slot].Contains(expert) && (best[slot] < 0 || row[expert] > row[(int)best[slot]]))
                    {
                        best[slot] = expert;
                    }
                }
            }
        }

        return chosen;
    }
}
