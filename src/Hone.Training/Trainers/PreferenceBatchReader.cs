using System.Collections.Immutable;
using Hone.Data.Collators;
using Hone.Data.Datasets;

namespace Hone.Training.Trainers;

/// <summary>Makes batches of a preference data set's items.</summary>
public static class PreferenceBatchReader
{
    /// <summary>Batches of pairs.</summary>
    /// <param name="dataset">The data; must stay open.</param>
    /// <param name="plan">Order and size of batches.</param>
    /// <param name="reference">Of each example of the store its value under the reference model; empty where none is used.</param>
    public static PreferenceBatches<PairBatch> Pairs(PreferenceDataset dataset, BatchPlan plan, ImmutableArray<float> reference)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(plan);
        return new PreferenceBatches<PairBatch>(plan.PlanEpoch, items =>
        {
            int[] examples = [.. items.Select(item => 2 * item), .. items.Select(item => (2 * item) + 1)]; // chosen answers, then rejected ones
            return new PairBatch(Collate(dataset.Store, examples, dataset.Store.Read), reference.IsEmpty ? [] : [.. examples.Select(example => reference[example])]);
        });
    }

    /// <summary>Batches of answers that are marked good or bad.</summary>
    /// <param name="dataset">The data; must stay open.</param>
    /// <param name="plan">Order and size of batches.</param>
    /// <param name="mismatched">Answers to other prompts, for every example of the plan.</param>
    /// <param name="reference">Of each example of the store its value under the reference model.</param>
    /// <param name="mismatchedReference">Of each example the value of its prompt with the other answer.</param>
    public static PreferenceBatches<FeedbackBatch> Feedback(
        PreferenceDataset dataset, BatchPlan plan, MismatchedAnswers mismatched, ImmutableArray<float> reference, ImmutableArray<float> mismatchedReference)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(mismatched);
        return new PreferenceBatches<FeedbackBatch>(plan.PlanEpoch, items => new FeedbackBatch(
            Collate(dataset.Store, items, dataset.Store.Read),
            [.. items.Select(item => dataset.Store.RoleOf(item) == ExampleRole.Desirable)],
            [.. items.Select(item => reference[item])],
            Collate(dataset.Store, items, mismatched.Read),
            [.. items.Select(item => mismatchedReference[item])]));
    }

    private static SequenceBatch Collate(ExampleStore store, IReadOnlyList<int> examples, Func<int, SftExample> read) =>
        SequenceCollator.Collate([.. examples.Select(example => new SequencePiece(read(example), store.RowOf(example)))]);
}
