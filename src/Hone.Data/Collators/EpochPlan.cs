using Hone.Data.Datasets;
using Hone.Data.Packing;

namespace Hone.Data.Collators;

/// <summary>The batches of one epoch.</summary>
public sealed class EpochPlan
{
    private readonly int[] _rows;
    private readonly List<int> _ends;
    private readonly PackedRows? _packed;
    private readonly int[] _order;
    private readonly Func<int, int> _lengthOf;

    internal EpochPlan(int epoch, int[] rows, List<int> ends, PackedRows? packed, int[] order, Func<int, int> lengthOf)
    {
        Epoch = epoch;
        _rows = rows;
        _ends = ends;
        _packed = packed;
        _order = order;
        _lengthOf = lengthOf;
    }

    /// <summary>Number of the epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>Number of batches.</summary>
    public int BatchCount => _ends.Count;

    /// <summary>Number of tokens that packing cut off because an example is longer than a row.</summary>
    public long CutTokens => _packed?.CutTokens ?? 0;

    /// <summary>The stretches of examples in a batch, in order.</summary>
    /// <param name="batch">Number of the batch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public IReadOnlyList<ExampleSegment> Batch(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, BatchCount);
        var segments = new List<ExampleSegment>();
        for (int i = batch == 0 ? 0 : _ends[batch - 1]; i < _ends[batch]; i++)
        {
            if (_packed is null)
            {
                segments.Add(new ExampleSegment(_rows[i], 0, _lengthOf(_rows[i])));
                continue;
            }

            foreach (ExampleSegment segment in _packed[_rows[i]])
            {
                segments.Add(segment with { Example = _order[segment.Example] });
            }
        }

        return segments;
    }

    /// <summary>Counts what all batches hold, without reading them.</summary>
    public BatchStatistics CreateStatistics()
    {
        long tokens = 0, padded = 0;
        int smallest = int.MaxValue, largest = 0, longest = 0;
        for (int batch = 0; batch < BatchCount; batch++)
        {
            int start = batch == 0 ? 0 : _ends[batch - 1], sum = 0, longestOfBatch = 0;
            for (int i = start; i < _ends[batch]; i++)
            {
                int size = SizeOf(_rows[i]);
                sum += size;
                longestOfBatch = Math.Max(longestOfBatch, size);
            }

            tokens += sum;
            padded += (long)longestOfBatch * (_ends[batch] - start);
            smallest = Math.Min(smallest, sum);
            largest = Math.Max(largest, sum);
            longest = Math.Max(longest, longestOfBatch);
        }

        return new BatchStatistics(BatchCount, _ends[^1], tokens, smallest, largest, longest, padded, CutTokens);
    }

    /// <summary>Reads a batch.</summary>
    /// <param name="store">The examples that the plan was made for.</param>
    /// <param name="batch">Number of the batch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public SequenceBatch Load(ExampleStore store, int batch)
    {
        ArgumentNullException.ThrowIfNull(store);
        return SequenceCollator.Collate([.. Batch(batch).Select(segment => new SequencePiece(store.Read(segment), store.RowOf(segment.Example)))]);
    }

    private int SizeOf(int row)
    {
        if (_packed is null)
        {
            return _lengthOf(row);
        }

        int size = 0;
        foreach (ExampleSegment segment in _packed[row])
        {
            size += segment.Length;
        }

        return size;
    }
}
