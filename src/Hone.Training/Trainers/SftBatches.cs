using System.Collections.Immutable;
using Hone.Data.Collators;
using Hone.Data.Datasets;

namespace Hone.Training.Trainers;

/// <summary>The batches of a data set for supervised fine-tuning.</summary>
public sealed class SftBatches : IBatchSource<SequenceBatch>
{
    private readonly ExampleStore _store;
    private readonly Func<int, EpochPlan> _plan;
    private EpochPlan? _current; // the epoch in work: planning one takes memory for all its rows

    private SftBatches(ExampleStore store, Func<int, EpochPlan> plan)
    {
        _store = store;
        _plan = plan;
    }

    /// <summary>Batches to train on.</summary>
    /// <param name="dataset">The data; must stay open.</param>
    /// <param name="plan">Order and size of batches.</param>
    public static SftBatches ForTraining(SftDataset dataset, BatchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(plan);
        return new SftBatches(dataset.Store, plan.PlanEpoch);
    }

    /// <summary>Batches to evaluate on, always the same ones, in the order of the file.</summary>
    /// <param name="dataset">The data; must stay open.</param>
    /// <param name="rows">Examples of a batch.</param>
    /// <returns><see langword="null"/> when the data has no validation examples.</returns>
    public static SftBatches? ForValidation(SftDataset dataset, int rows)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ImmutableArray<int> examples = dataset.Validation;
        if (examples.IsEmpty)
        {
            return null;
        }

        var plan = new BatchPlan(
            [new ExampleGroup("validation", examples, examples.Length)], dataset.Store.LengthOf, new BatchOptions { Rows = rows, Shuffle = false }, Data.Packing.PackingStrategy.None, int.MaxValue,
            new Core.Random.RandomStream(0, "validation")); // nothing is drawn from it
        return new SftBatches(dataset.Store, plan.PlanEpoch);
    }

    /// <inheritdoc/>
    public int CountOf(int epoch) => Plan(epoch).BatchCount;

    /// <inheritdoc/>
    public SequenceBatch Load(int epoch, int batch) => Plan(epoch).Load(_store, batch);

    /// <inheritdoc/>
    public IReadOnlyList<int> LengthsOf(int epoch, int batch) => [.. Plan(epoch).Batch(batch).Select(segment => segment.Length)];

    private EpochPlan Plan(int epoch) => _current?.Epoch == epoch ? _current : _current = _plan(epoch);
}
