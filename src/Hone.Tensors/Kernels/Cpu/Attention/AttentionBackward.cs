using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>
/// The backward pass: the keys of a sequence are cut into a few chunks that depend on shapes alone; each chunk sums its own key and value gradients over
/// the query blocks in order, and query gradients either directly (one chunk) or into a part per chunk, added up in order afterwards.
/// </summary>
internal sealed unsafe class AttentionBackward<V>(AttentionProblem<float> problem, AttentionGradients<float> gradients)
    where V : struct, ISimdVector<V>
{
    // Rows of a block: with tiles of 96 keys and heads of 64 what one tile touches is about 310 KiB, within the second cache level.
    private const int BlockRows = 96;

    private readonly int _keyWidth = TilePacking.PaddedColumns<V>(problem.HeadDim);
    private readonly int _valueWidth = TilePacking.PaddedColumns<V>(problem.ValueDim);
    private readonly bool _needsQuery = !gradients.QueryGradient.IsEmpty;
    private readonly bool _needsKey = !gradients.KeyGradient.IsEmpty;
    private readonly bool _needsValue = !gradients.ValueGradient.IsEmpty;
    private readonly int _positions = AttentionBlock.PositionsPerBlock(problem.Group, BlockRows);

    private bool NeedsScores => _needsQuery || _needsKey || !gradients.BiasGradient.IsEmpty;

    /// <summary>Computes all chunks on the available threads, then the query gradients that several chunks contribute to.</summary>
    public void Run()
    {
        AttentionChunks chunks = AttentionChunks.Create(problem);
        using var parts = new AttentionQueryParts<V>(problem, chunks, _needsQuery);
        var queue = new AttentionQueue<AttentionChunk>();
        foreach (AttentionChunk chunk in chunks.All)
        {
            queue.Add(chunk, Work(chunk));
        }

        queue.Run(
            () => new AttentionBackwardTiles<V>(problem, _positions * problem.Group, chunks.KeysPerChunk),
            (chunk, tiles) => Compute(chunk, parts, tiles));
        if (_needsQuery)
        {
            parts.AddUp(gradients.QueryGradient, _positions);
        }
    }

    private long Work(AttentionChunk chunk)
    {
        long pairs = 0;
        foreach ((int sequence, int kvHead) in chunk.Heads)
        {
            foreach (AttentionBlock block in AttentionBlock.All(problem, sequence, kvHead, _positions))
            {
                (int begin, int end) = chunk.Overlap(block.Keys(problem));
                pairs += (long)Math.Max(0, end - begin) * block.Positions;
            }
        }

        return pairs * problem.Group * ((3L * problem.HeadDim) + (2L * problem.ValueDim));
    }

    private void Compute(AttentionChunk chunk, AttentionQueryParts<V> parts, AttentionBackwardTiles<V> tiles)
    {
        foreach ((int sequence, int kvHead) in chunk.Heads)
        {
            int keys = Math.Min(chunk.End, problem.Sequences[sequence].KeyLength) - chunk.Begin;
            if (keys > 0)
            {
                ComputeHead(chunk, sequence, kvHead, keys, parts, tiles);
            }
        }
    }

    private void ComputeHead(
        AttentionChunk chunk, int sequenceIndex, int kvHead, int keys, AttentionQueryParts<V> parts, AttentionBackwardTiles<V> tiles)
    {
        AttentionSequence sequence = problem.Sequences[sequenceIndex];
        PackKeys(sequence, kvHead, chunk.Begin, keys, tiles);
        new Span<float>(tiles.KeyGradient, keys * _keyWidth).Clear();
        new Span<float>(tiles.ValueGradient, keys * _valueWidth).Clear();
        foreach (AttentionBlock block in AttentionBlock.All(problem, sequenceIndex, kvHead, _positions))
        {
            (int begin, int end) = chunk.Overlap(block.Keys(problem));
            bool isSeen = begin < end;
            if (isSeen)
            {
                ComputeBlock(chunk, block, (begin, end), tiles);
            }

            if (_needsQuery)
            {
                parts.Store(gradients.QueryGradient, chunk, block, isSeen ? tiles.QueryGradient : null, _keyWidth, (float)problem.Scale);
            }
        }

        for (int key = 0; key < keys; key++)
        {
            int row = sequence.KeyFirst + chunk.Begin + key;
            if (_needsKey)
            {
                var source = new ReadOnlySpan<float>(tiles.KeyGradient + ((nint)key * _keyWidth), problem.HeadDim);
                source.CopyTo(new Span<float>(gradients.KeyGradient.Row(sequence.Batch, kvHead, row), problem.HeadDim));
            }

            if (_needsValue)
            {
                var source = new ReadOnlySpan<float>(tiles.ValueGradient + ((nint)key * _valueWidth), problem.ValueDim);
                source.CopyTo(new Span<float>(gradients.ValueGradient.Row(sequence.Batch, kvHead, row), problem.ValueDim));
            }
        }
    }

    private void PackKeys(in AttentionSequence sequence, int kvHead, int first, int keys, AttentionBackwardTiles<V> tiles)
    {
        (int Begin, int End) visible = (sequence.KeyBegin, sequence.KeyEnd);
        for (int tile = 0; tile < keys; tile += AttentionBlock.KeyTile)
        {
            int width = Math.Min(AttentionBlock.KeyTile, keys - tile);
            int padded = TilePacking.PaddedColumns<V>(width);
            AttentionBlock.FillKeyRows(sequence, problem.Key, kvHead, first + tile, padded, visible, tiles.Zeros, tiles.RowAddresses);
            TilePacking.TransposedPanels<V>(tiles.RowAddresses, padded, problem.HeadDim, tiles.KeysTransposed + ((nint)tile * problem.HeadDim));
            if (_needsQuery)
            {
                TilePacking.Panels<V>(tiles.RowAddresses, width, problem.HeadDim, 1f, tiles.Keys + ((nint)tile * _keyWidth), AttentionBlock.KeyTile);
            }

            if (NeedsScores)
            {
                AttentionBlock.FillKeyRows(sequence, problem.Value, kvHead, first + tile, padded, visible, tiles.Zeros, tiles.RowAddresses);
                float* target = tiles.ValuesTransposed + ((nint)tile * problem.ValueDim);
                TilePacking.TransposedPanels<V>(tiles.RowAddresses, padded, problem.ValueDim, target);
            }
        }
    }

    private void ComputeBlock(AttentionChunk chunk, AttentionBlock block, (int Begin, int End) visible, AttentionBackwardTiles<V> tiles)
    {
        AttentionSequence sequence = problem.Sequences[block.Sequence];
        int rows = block.Positions * problem.Group;
        block.FillKeys(problem, tiles.Begin, tiles.End);
        block.FillRows(problem, problem.Query, tiles.RowAddresses);
        TilePacking.Rows<V>(tiles.RowAddresses, rows, problem.HeadDim, (float)problem.Scale, tiles.Query);
        if (_needsKey)
        {
            TilePacking.Panels<V>(tiles.RowAddresses, rows, problem.HeadDim, (float)problem.Scale, tiles.QueryPanels, tiles.Rows);
        }

        block.FillRows(problem, gradients.OutputGradient, tiles.RowAddresses);
        TilePacking.Rows<V>(tiles.RowAddresses, rows, problem.ValueDim, 1f, tiles.OutputGradient);
        if (_needsValue)
        {
            TilePacking.Panels<V>(tiles.RowAddresses, rows, problem.ValueDim, 1f, tiles.OutputGradientPanels, tiles.Rows);
        }

        if (NeedsScores)
        {
            block.FillRows(problem, gradients.Output, tiles.RowAddresses);
        }

        for (int row = 0; row < rows; row++)
        {
            int head = (block.KvHead * problem.Group) + (row % problem.Group);
            float* outputGradient = tiles.OutputGradient + ((nint)row * problem.ValueDim);
            tiles.Delta[row] = NeedsScores ? Dot(tiles.RowAddresses[row], outputGradient, problem.ValueDim) : 0;
            tiles.LogSumExp[row] = *gradients.LogSumExp.Row(sequence.Batch, head, sequence.QueryFirst + block.First + (row / problem.Group));
        }

        new Span<float>(tiles.QueryGradient, rows * _keyWidth).Clear();
        for (int first = visible.Begin / AttentionBlock.KeyTile * AttentionBlock.KeyTile; first < visible.End; first += AttentionBlock.KeyTile)
        {
            int width = Math.Min(AttentionBlock.KeyTile, visible.End - first);
            var groups = new RowGroups(rows, tiles.Begin, tiles.End, first, width, MicroKernels<V, PanelFloat32>.MaxRows(2));
            AddTile(block, groups, first, first - chunk.Begin, tiles);
        }
    }

    /// <summary>Adds what one block and one tile of keys contribute to all gradients.</summary>
    private void AddTile(AttentionBlock block, RowGroups groups, int first, int offset, AttentionBackwardTiles<V> tiles)
    {
        int padded = TilePacking.PaddedColumns<V>(groups.Width);
        float* keysTransposed = tiles.KeysTransposed + ((nint)offset * problem.HeadDim);
        TileLoops<V>.Dot(groups, tiles.Query, problem.HeadDim, keysTransposed, padded, tiles.Probabilities);
        if (NeedsScores)
        {
            float* valuesTransposed = tiles.ValuesTransposed + ((nint)offset * problem.ValueDim);
            TileLoops<V>.Dot(groups, tiles.OutputGradient, problem.ValueDim, valuesTransposed, padded, tiles.ScoreGradients);
        }

        Differentiate(block, groups, first, padded, tiles);
        if (_needsValue)
        {
            float* target = tiles.ValueGradient + ((nint)offset * _valueWidth);
            TileLoops<V>.AddByKey(groups, tiles.Probabilities, tiles.OutputGradientPanels, tiles.Rows, target, _valueWidth);
        }

        if (_needsKey)
        {
            float* target = tiles.KeyGradient + ((nint)offset * _keyWidth);
            TileLoops<V>.AddByKey(groups, tiles.ScoreGradients, tiles.QueryPanels, tiles.Rows, target, _keyWidth);
        }

        if (_needsQuery)
        {
            TileLoops<V>.AddByRow(groups, tiles.ScoreGradients, tiles.Keys + ((nint)offset * _keyWidth), tiles.QueryGradient, _keyWidth);
        }
    }

    /// <summary>Turns scores into probabilities and their gradients into gradients of the scaled dot products; both are zero where nothing is visible.</summary>
    private void Differentiate(AttentionBlock block, RowGroups groups, int first, int padded, AttentionBackwardTiles<V> tiles)
    {
        AttentionSequence sequence = problem.Sequences[block.Sequence];
        float* mask = AttentionBlock.FillMask(sequence, first, padded, tiles.Mask);
        bool hasRules = problem.SoftCap is not null || !problem.Bias.IsEmpty || mask is not null;
        if (!hasRules)
        {
            Differentiate(groups, padded, tiles.Probabilities, tiles.ScoreGradients, tiles.LogSumExp, tiles.Delta);
            return;
        }

        for (int row = 0; row < groups.Rows; row++)
        {
            (int begin, int end) = groups.KeysOf(row);
            float* scores = tiles.Probabilities + (row * AttentionBlock.KeyTile);
            float* scoreGradients = tiles.ScoreGradients + (row * AttentionBlock.KeyTile);
            if (tiles.LogSumExp[row] == float.NegativeInfinity)
            {
                end = begin; // every visible key was masked or had a bias of −∞
            }

            var rules = new ScoreRules<V>(
                (float)(problem.SoftCap ?? 0), block.BiasRow(problem, problem.Bias, row, first), sequence.KeyLength - first, mask);
            DifferentiateWithRules(scores, scoreGradients, begin, end, padded, tiles.LogSumExp[row], tiles.Delta[row], rules, tiles.CapSlope);
            float* biasGradient = block.BiasRow(problem, gradients.BiasGradient, row, first);
            for (int key = begin; biasGradient is not null && key < end; key++)
            {
                biasGradient[key] += scoreGradients[key];
            }

            for (int key = begin; problem.SoftCap is not null && key < end; key++)
            {
                scoreGradients[key] *= tiles.CapSlope[key];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(RowGroups groups, int padded, float* probabilities, float* scoreGradients, float* logSumExp, float* delta)
    {
        for (int row = 0; row < groups.Rows; row++, probabilities += AttentionBlock.KeyTile, scoreGradients += AttentionBlock.KeyTile)
        {
            (int begin, int end) = groups.KeysOf(row);
            V shift = V.Splat(logSumExp[row]);
            V mean = V.Splat(delta[row]);
            for (int key = begin / V.Count * V.Count; key < end; key += V.Count)
            {
                V probability = SimdMath.ExpFlushed(V.Load(probabilities + key) - shift);
                V.Store(probability, probabilities + key);
                V.Store(probability * (V.Load(scoreGradients + key) - mean), scoreGradients + key);
            }

            ClearOutside(probabilities, begin, end, padded);
            ClearOutside(scoreGradients, begin, end, padded);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DifferentiateWithRules(
        float* scores, float* scoreGradients, int begin, int end, int padded, float logSumExp, float delta, in ScoreRules<V> rules, float* capSlope)
    {
        V shift = V.Splat(logSumExp);
        V mean = V.Splat(delta);
        for (int key = begin / V.Count * V.Count; key < end; key += V.Count)
        {
            V probability = SimdMath.ExpFlushed(rules.Apply(V.Load(scores + key), key, out V slope) - shift);
            V.Store(probability, scores + key);
            V.Store(probability * (V.Load(scoreGradients + key) - mean), scoreGradients + key);
            V.Store(slope, capSlope + key);
        }

        ClearOutside(scores, begin, end, padded);
        ClearOutside(scoreGradients, begin, end, padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearOutside(float* row, int begin, int end, int padded)
    {
        if (begin > 0)
        {
            new Span<float>(row, begin).Clear();
        }

        if (end < padded)
        {
            new Span<float>(row + end, padded - end).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* left, float* right, int count)
    {
        V sum = V.Zero;
        int i = 0;
        for (; i + V.Count <= count; i += V.Count)
        {
            sum = V.MultiplyAdd(V.Load(left + i), V.Load(right + i), sum);
        }

        float total = V.Sum(sum);
        for (; i < count; i++)
        {
            total += left[i] * right[i];
        }

        return total;
    }
}
