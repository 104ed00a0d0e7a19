using System.Collections.Immutable;
using Hone.Data.Collators;

namespace Hone.Training.Trainers;

/// <summary>Pairs of answers, run through the model together.</summary>
/// <param name="Sequences">All prompts with their chosen answers, then in the same order all prompts with their rejected answers.</param>
/// <param name="Reference">Of each sequence the sum of its answer's log-probabilities under the reference model; empty where none is used.</param>
public sealed record PairBatch(SequenceBatch Sequences, ImmutableArray<float> Reference)
{
    /// <summary>Number of pairs.</summary>
    public int Pairs => Sequences.SequenceLengths.Length / 2;

    /// <summary>The first pairs of the batch.</summary>
    /// <param name="tokens">Their tokens: as many pairs as have no more together, at least one.</param>
    public PairBatch Take(int tokens)
    {
        int pairs = Pairs, taken = TokenBudget.CountWithin(pairs, tokens, pair => (long)Sequences.SequenceLengths[pair] + Sequences.SequenceLengths[pairs + pair]);
        int[] kept = [.. Enumerable.Range(0, taken), .. Enumerable.Range(pairs, taken)];
        return taken == pairs ? this : new PairBatch(Sequences.Select(kept), Reference.IsEmpty ? [] : [.. kept.Select(i => Reference[i])]);
    }
}
