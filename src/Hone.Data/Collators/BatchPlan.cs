using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Data.Datasets;
using Hone.Data.Packing;

namespace Hone.Data.Collators;

/// <summary>The batches of every epoch, a pure function of seed and epoch: an epoch's number and a batch's number say where a run is.</summary>
/// <remarks>
/// An epoch takes of each group as many examples as it asks for, shuffles all together, packs them if wanted, and fills batches in order. Grouping by
/// length sorts stretches of 50 batches and shuffles the batches. Source: transformers 5, <c>LengthGroupedSampler</c>, for the size of the stretches.
/// </remarks>
public sealed class BatchPlan
{
    private const int BatchesPerStretch = 50;

    private readonly ImmutableArray<ExampleGroup> _groups;
    private readonly Func<int, int> _lengthOf;
    private readonly BatchOptions _options;
    private readonly PackingStrategy _packing;
    private readonly int _capacity;
    private readonly RandomState _random;

    /// <summary>Prepares to plan epochs.</summary>
    /// <param name="groups">The examples, and how many of them an epoch takes.</param>
    /// <param name="lengthOf">Number of tokens of an example.</param>
    /// <param name="options">Size and order of batches.</param>
    /// <param name="packing">How several examples share a row.</param>
    /// <param name="capacity">Tokens of a row; what is longer is split or cut when packed.</param>
    /// <param name="random">A stream of its own; its identity counts, not its position.</param>
    /// <exception cref="DatasetFormatException">There is no example, or a row cannot fit into a batch, or an epoch has more rows than can be numbered.</exception>
    public BatchPlan(IReadOnlyList<ExampleGroup> groups, Func<int, int> lengthOf, BatchOptions options, PackingStrategy packing, int capacity, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(lengthOf);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _groups = [.. groups.Where(group => group.Examples.Length > 0 && group.PerEpoch > 0)];
        _lengthOf = lengthOf;
        _options = options;
        _packing = packing;
        _capacity = capacity;
        _random = random.State;
        long count = _groups.Sum(group => group.PerEpoch);
        if (count is 0 or > int.MaxValue)
        {
            throw new DatasetFormatException("An epoch cannot be planned.", "dataset", $"{count} examples an epoch", "use data with 1 to 2,147,483,647 examples an epoch, counting weights");
        }

        int longest = packing == PackingStrategy.None ? _groups.Max(group => group.Examples.Max(lengthOf)) : capacity;
        if (options.Tokens is { } tokens && longest > tokens)
        {
            throw new DatasetFormatException("A row does not fit into a batch.", "batch.tokens", $"a row of {longest} tokens, batches of at most {tokens}", $"raise tokens to {longest} or more, or lower max_tokens");
        }
    }

    /// <summary>Prepares to plan the training epochs of a data set.</summary>
    /// <inheritdoc cref="BatchPlan(IReadOnlyList{ExampleGroup}, Func{int, int}, BatchOptions, PackingStrategy, int, RandomStream)"/>
    public static BatchPlan Create(SftDataset dataset, SftDataOptions data, BatchOptions options, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(data);
        return new BatchPlan(dataset.Training, dataset.Store.LengthOf, options, data.Packing, data.MaxTokens, random);
    }

    /// <summary>Prepares to plan the training epochs of a preference training; the rows of a batch are items, pairs or single answers.</summary>
    /// <inheritdoc cref="BatchPlan(IReadOnlyList{ExampleGroup}, Func{int, int}, BatchOptions, PackingStrategy, int, RandomStream)"/>
    public static BatchPlan Create(PreferenceDataset dataset, BatchOptions options, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new BatchPlan(dataset.Training, dataset.LengthOf, options, PackingStrategy.None, int.MaxValue, random);
    }

    /// <summary>Prepares to plan the batches that a preference training validates on: every item once, in the order of the files.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="rows">Items of a batch.</param>
    /// <returns><see langword="null"/> when the data has no validation examples.</returns>
    public static BatchPlan? CreateValidation(PreferenceDataset dataset, int rows)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.Validation.IsEmpty ? null : new BatchPlan(
            [new ExampleGroup("validation", dataset.Validation, dataset.Validation.Length)], dataset.LengthOf, new BatchOptions { Rows = rows, Shuffle = false }, PackingStrategy.None, int.MaxValue,
            new RandomStream(0, "validation")); // nothing is drawn from it
    }

    /// <summary>Prepares to plan the batches to validate on: every example once, in the order of the files.</summary>
    /// <inheritdoc cref="BatchPlan(IReadOnlyList{ExampleGroup}, Func{int, int}, BatchOptions, PackingStrategy, int, RandomStream)"/>
    public static BatchPlan CreateValidation(SftDataset dataset, SftDataOptions data, BatchOptions options, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ExampleGroup all = new("validation", dataset.Validation, dataset.Validation.Length);
        return new BatchPlan([all], dataset.Store.LengthOf, options with { Shuffle = false, DropLast = false }, data.Packing, data.MaxTokens, random);
    }

    /// <summary>Plans an epoch.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public EpochPlan PlanEpoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        RandomStream random = new RandomStream(_random).CreateChild($"epoch {epoch}");
        int[] order = Order(random);
        PackedRows? packed = _packing == PackingStrategy.None ? null : SequencePacker.Pack([.. order.Select(_lengthOf)], _capacity, _packing);
        int[] rows = packed is null ? order : [.. Enumerable.Range(0, packed.Count)];
        if (packed is not null && _options.Shuffle)
        {
            random.CreateChild("rows").Shuffle<int>(rows); // packing puts long rows first
        }

        Func<int, int> sizeOf = packed is null ? _lengthOf : row => SizeOf(packed[row]);
        if (_options.GroupByLength)
        {
            SortStretches(rows, sizeOf);
        }

        List<int> ends = FillBatches(rows, sizeOf);
        if (_options.GroupByLength)
        {
            (rows, ends) = ShuffleBatches(rows, ends, sizeOf, random);
        }

        return new EpochPlan(epoch, rows, ends, packed, order, _lengthOf);
    }

    private int[] Order(RandomStream random)
    {
        var order = new int[_groups.Sum(group => group.PerEpoch)];
        int at = 0;
        for (int i = 0; i < _groups.Length; i++)
        {
            ImmutableArray<int> examples = _groups[i].Examples;
            (long passes, long rest) = Math.DivRem(_groups[i].PerEpoch, examples.Length);
            for (long pass = 0; pass < passes; pass++)
            {
                examples.CopyTo(order, at);
                at += examples.Length;
            }

            if (rest > 0)
            {
                int[] chosen = random.CreateChild($"rest of group {i}").CreatePermutation(examples.Length).AsSpan(0, (int)rest).ToArray();
                Array.Sort(chosen);
                foreach (int index in chosen)
                {
                    order[at++] = examples[index];
                }
            }
        }

        if (_options.Shuffle)
        {
            random.CreateChild("order").Shuffle<int>(order);
        }

        return order;
    }

    private void SortStretches(int[] rows, Func<int, int> sizeOf)
    {
        long mean = Math.Max(1, (long)rows.Average(row => (double)sizeOf(row)));
        long perBatch = Math.Min(_options.Rows ?? int.MaxValue, _options.Tokens is { } tokens ? Math.Max(1, tokens / mean) : int.MaxValue);
        int stretch = (int)Math.Min(rows.Length, perBatch * BatchesPerStretch);
        for (int start = 0; start < rows.Length; start += stretch)
        {
            int count = Math.Min(stretch, rows.Length - start);
            int[] sorted = [.. rows.AsSpan(start, count).ToArray().OrderByDescending(sizeOf)]; // stable
            sorted.CopyTo(rows, start);
        }
    }

    private List<int> FillBatches(int[] rows, Func<int, int> sizeOf)
    {
        var ends = new List<int>();
        int count = 0;
        long tokens = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int size = sizeOf(rows[i]);
            if (count > 0 && (count == _options.Rows || tokens + size > (_options.Tokens ?? long.MaxValue)))
            {
                ends.Add(i);
                (count, tokens) = (0, 0);
            }

            count++;
            tokens += size;
        }

        if (!_options.DropLast || count == _options.Rows)
        {
            ends.Add(rows.Length);
        }

        return ends.Count > 0 ? ends : throw new DatasetFormatException("An epoch has no batch.", "batch.drop_last", $"{rows.Length} rows, {_options.Rows} wanted in a batch", "lower rows, or remove drop_last");
    }

    private (int[] Rows, List<int> Ends) ShuffleBatches(int[] rows, List<int> ends, Func<int, int> sizeOf, RandomStream random)
    {
        int[] batches = _options.Shuffle ? random.CreateChild("batches").CreatePermutation(ends.Count) : [.. Enumerable.Range(0, ends.Count)];
        int longest = Array.IndexOf(batches, batches.MaxBy(batch => LongestOf(batch)));
        (batches[0], batches[longest]) = (batches[longest], batches[0]);
        var moved = new List<int>(rows.Length);
        var movedEnds = new List<int>(ends.Count);
        foreach (int batch in batches)
        {
            moved.AddRange(rows[Start(batch)..ends[batch]]);
            movedEnds.Add(moved.Count);
        }

        return ([.. moved], movedEnds);

        int Start(int batch) => batch == 0 ? 0 : ends[batch - 1];

        int LongestOf(int batch) => rows[Start(batch)..ends[batch]].Max(sizeOf);
    }

    private static int SizeOf(ReadOnlySpan<ExampleSegment> segments)
    {
        int size = 0;
        foreach (ExampleSegment segment in segments)
        {
            size += segment.Length;
        }

        return size;
    }
}
