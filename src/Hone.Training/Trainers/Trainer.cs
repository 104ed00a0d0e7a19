using Hone.Models;

namespace Hone.Training.Trainers;

/// <summary>What is trained for: the loss of a micro-batch. Everything else is the loop's.</summary>
/// <typeparam name="TBatch">What it reads.</typeparam>
public abstract class Trainer<TBatch>
{
    /// <summary>The model.</summary>
    public abstract PretrainedModel Model { get; }

    /// <summary>Number of things that the loss of a micro-batch is summed over: label tokens, pairs. May be 0.</summary>
    public abstract long TargetsOf(TBatch batch);

    /// <summary>Tokens of each sequence that a micro-batch runs through the model.</summary>
    public abstract IReadOnlyList<int> LengthsOf(TBatch batch);

    /// <summary>Numbers of the rows that a micro-batch was made from, for messages.</summary>
    public abstract IEnumerable<long> RowsOf(TBatch batch);

    /// <summary>Looks at all micro-batches of a step, or of an evaluation, before the loss of the first: for sums and estimates over the step.</summary>
    /// <param name="batches">The micro-batches; of an evaluation they are read while they are enumerated.</param>
    public virtual void BeginStep(IEnumerable<TBatch> batches)
    {
    }

    /// <summary>Computes a micro-batch's share of the loss of a step; the shares of a step add up to its loss.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="stepTargets">Targets of all micro-batches of the step, at least 1.</param>
    public abstract LossShare Loss(TBatch batch, long stepTargets);
}
