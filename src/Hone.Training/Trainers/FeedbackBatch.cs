using System.Collections.Immutable;
using Hone.Data.Collators;

namespace Hone.Training.Trainers;

/// <summary>Answers that are marked good or bad.</summary>
/// <param name="Sequences">Prompts with their answers.</param>
/// <param name="IsDesirable">Of each whether it is good.</param>
/// <param name="Reference">Of each the sum of its answer's log-probabilities under the reference model.</param>
/// <param name="Mismatched">The same prompts with answers of other prompts.</param>
/// <param name="MismatchedReference">Of each the sum of that answer's log-probabilities under the reference model.</param>
public sealed record FeedbackBatch(
    SequenceBatch Sequences, ImmutableArray<bool> IsDesirable, ImmutableArray<float> Reference, SequenceBatch Mismatched, ImmutableArray<float> MismatchedReference)
{
    /// <summary>The first answers of the batch.</summary>
    /// <param name="tokens">Their tokens, with the mismatched ones: as many answers as have no more together, at least one.</param>
    public FeedbackBatch Take(int tokens)
    {
        int taken = TokenBudget.CountWithin(IsDesirable.Length, tokens, answer => (long)Sequences.SequenceLengths[answer] + Mismatched.SequenceLengths[answer]);
        int[] kept = [.. Enumerable.Range(0, taken)];
        return taken == IsDesirable.Length ? this : new FeedbackBatch(Sequences.Select(kept), IsDesirable[..taken], Reference[..taken], Mismatched.Select(kept), MismatchedReference[..taken]);
    }
}
