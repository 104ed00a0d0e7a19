using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>How likely a model finds whole answers: for each the sum of its tokens' log-probabilities, and how many tokens it has.</summary>
/// <param name="Sums">f32 or f64 <c>[sequences]</c>; carries the gradient.</param>
/// <param name="Counts">Tokens of each sequence, at least 1.</param>
public sealed record SequenceLogProbabilities(Tensor Sums, IReadOnlyList<int> Counts)
{
    /// <summary>Sums up tokens that lie one behind the other without padding.</summary>
    /// <param name="tokens">Log-probabilities of the answers' tokens, <c>[tokens]</c>.</param>
    /// <param name="counts">Tokens of each answer.</param>
    public static SequenceLogProbabilities FromTokens(Tensor tokens, IReadOnlyList<int> counts) => new(Ops.SegmentSum(tokens, [.. counts]), counts);

    /// <summary>Mean log-probability of each sequence's tokens, <c>[sequences]</c>.</summary>
    public Tensor Means() => PerToken(Sums);

    /// <summary>Mean over the tokens of all sequences together, a scalar.</summary>
    public Tensor MeanOfTokens() => Ops.Sum(Sums) * (1 / Counts.Sum(count => (double)count));

    /// <summary>Values of whole sequences divided by their number of tokens.</summary>
    internal Tensor PerToken(Tensor values) => values * LossTensors.Constant([.. Counts.Select(count => 1.0 / count)], values.DType);
}
