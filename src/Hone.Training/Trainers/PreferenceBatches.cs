using Hone.Data.Collators;

namespace Hone.Training.Trainers;

/// <summary>The batches of a data set for preference training.</summary>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
public sealed class PreferenceBatches<TBatch> : IBatchSource<TBatch>
{
    private readonly Func<int, EpochPlan> _plan;
    private readonly Func<IReadOnlyList<int>, TBatch> _load;
    private EpochPlan? _current; // the epoch in work: planning one takes memory for all its items

    /// <summary>Batches of the items that a plan puts together.</summary>
    /// <param name="plan">Plans an epoch.</param>
    /// <param name="load">Reads items by their numbers.</param>
    internal PreferenceBatches(Func<int, EpochPlan> plan, Func<IReadOnlyList<int>, TBatch> load)
    {
        _plan = plan;
        _load = load;
    }

    /// <inheritdoc/>
    public int CountOf(int epoch) => Plan(epoch).BatchCount;

    /// <inheritdoc/>
    public TBatch Load(int epoch, int batch) => _load([.. Plan(epoch).Batch(batch).Select(item => item.Example)]);

    private EpochPlan Plan(int epoch) => _current?.Epoch == epoch ? _current : _current = _plan(epoch);
}
