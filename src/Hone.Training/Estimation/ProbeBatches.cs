namespace Hone.Training.Estimation;

/// <summary>The micro-batches of a few steps that are run to see what they take: every step is an epoch, and is made when it is asked for.</summary>
/// <param name="perStep">Micro-batches of a step.</param>
/// <param name="load">Makes a micro-batch, by the step's number and its own.</param>
internal sealed class ProbeBatches<TBatch>(int perStep, Func<int, int, TBatch> load) : IBatchSource<TBatch>
{
    /// <inheritdoc/>
    public int CountOf(int epoch) => perStep;

    /// <inheritdoc/>
    public TBatch Load(int epoch, int batch) => load(epoch, batch);
}
