namespace Hone.Training;

/// <summary>The micro-batches of a run by number, so that a run can go on anywhere.</summary>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
public interface IBatchSource<out TBatch>
{
    /// <summary>Number of micro-batches of an epoch.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    int CountOf(int epoch);

    /// <summary>Reads a micro-batch; the same one whenever it is asked for.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="batch">Number of the micro-batch in it, from 0.</param>
    TBatch Load(int epoch, int batch);

    /// <summary>Tokens of each sequence of a micro-batch, where they are known without reading it; else <see langword="null"/>.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="batch">Number of the micro-batch in it, from 0.</param>
    IReadOnlyList<int>? LengthsOf(int epoch, int batch) => null;
}
