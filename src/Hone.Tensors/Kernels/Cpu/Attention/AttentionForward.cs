using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The forward pass: every block of query rows walks the tiles of keys it sees.</summary>
internal sealed unsafe class AttentionForward<V>(AttentionProblem<float> problem, AttentionView<float> output, AttentionView<float> logSumExp)
    where V : struct, ISimdVector<V>
{
    // Rows that share the packing of a tile of keys; with tiles of 96 keys and heads of 64 everything stays within 256 KiB.
    private const int BlockRows = 192;

    private readonly int _outputWidth = TilePacking.PaddedColumns<V>(problem.ValueDim);

    /// <summary>Computes all blocks on the available threads, longest first.</summary>
    public void Run()
    {
        var queue = new AttentionQueue<AttentionBlock>();
        int positions = AttentionBlock.PositionsPerBlock(problem.Group, BlockRows);
        for (int s = 0; s < problem.Sequences.Length; s++)
        {
            for (int kvHead = 0; kvHead < problem.KeyValueHeads; kvHead++)
            {
                foreach (AttentionBlock block in AttentionBlock.All(problem, s, kvHead, positions))
                {
                    (int begin, int end) = block.Keys(problem);
                    queue.Add(block, (long)(end - begin) * block.Positions * problem.Group * (problem.HeadDim + problem.ValueDim));
                }
            }
        }

        queue.Run(() => new Tiles(problem, positions * problem.Group, _outputWidth), Compute);
    }

    private void Compute(AttentionBlock block, Tiles tiles)
    {
        int rows = block.Positions * problem.Group;
        (int begin, int end) = block.Keys(problem);
        block.FillKeys(problem, tiles.Begin, tiles.End);
        block.FillRows(problem, problem.Query, tiles.RowAddresses);
        TilePacking.Rows<V>(tiles.RowAddresses, rows, problem.HeadDim, (float)problem.Scale, tiles.Query);
        new Span<float>(tiles.Output, rows * _outputWidth).Clear();
        new Span<float>(tiles.RowSum, rows).Clear();
        new Span<float>(tiles.RowMax, rows).Fill(float.NegativeInfinity);
        for (int first = begin / AttentionBlock.KeyTile * AttentionBlock.KeyTile; first < end; first += AttentionBlock.KeyTile)
        {
            AddTile(block, rows, first, (begin, end), tiles);
        }

        Finish(block, rows, tiles);
    }

    private void AddTile(AttentionBlock block, int rows, int first, (int Begin, int End) visible, Tiles tiles)
    {
        AttentionSequence sequence = problem.Sequences[block.Sequence];
        int width = Math.Min(AttentionBlock.KeyTile, visible.End - first);
        int padded = TilePacking.PaddedColumns<V>(width);
        AttentionBlock.FillKeyRows(sequence, problem.Key, block.KvHead, first, padded, visible, tiles.Zeros, tiles.RowAddresses);
        TilePacking.TransposedPanels<V>(tiles.RowAddresses, padded, problem.HeadDim, tiles.Keys);
        AttentionBlock.FillKeyRows(sequence, problem.Value, block.KvHead, first, width, visible, tiles.Zeros, tiles.RowAddresses);
        TilePacking.Panels<V>(tiles.RowAddresses, width, problem.ValueDim, 1f, tiles.Values, AttentionBlock.KeyTile);

        var groups = new RowGroups(rows, tiles.Begin, tiles.End, first, width, MicroKernels<V, PanelFloat32>.MaxRows(2));
        TileLoops<V>.Dot(groups, tiles.Query, problem.HeadDim, tiles.Keys, padded, tiles.Scores);
        Softmax(block, groups, first, padded, tiles);
        TileLoops<V>.AddByRow(groups, tiles.Scores, tiles.Values, tiles.Output, _outputWidth);
    }

    /// <summary>Turns the tile's scores into unnormalised probabilities and brings the rows' sums and outputs to their new maxima.</summary>
    private void Softmax(AttentionBlock block, RowGroups groups, int first, int padded, Tiles tiles)
    {
        AttentionSequence sequence = problem.Sequences[block.Sequence];
        float* mask = AttentionBlock.FillMask(sequence, first, padded, tiles.Mask);
        bool hasRules = problem.SoftCap is not null || !problem.Bias.IsEmpty || mask is not null;
        for (int row = 0; hasRules && row < groups.Rows; row++)
        {
            (int begin, int end) = groups.KeysOf(row);
            Transform(tiles.Scores + (row * AttentionBlock.KeyTile), begin, end, new ScoreRules<V>(
                (float)(problem.SoftCap ?? 0), block.BiasRow(problem, problem.Bias, row, first), sequence.KeyLength - first, mask));
        }

        OnlineSoftmax<V>.Maximize(groups, tiles.Scores, tiles.RowMax, tiles.Shift, tiles.Lanes);
        OnlineSoftmax<V>.MoveToNewMaxima(groups.Rows, tiles.Shift, tiles.RowMax, tiles.RowSum, tiles.Factor);
        for (int row = 0; row < groups.Rows; row++)
        {
            if (tiles.Factor[row] != 1)
            {
                float* accumulated = tiles.Output + ((nint)row * _outputWidth);
                TilePacking.Row<V>(accumulated, _outputWidth, tiles.Factor[row], accumulated);
            }
        }

        OnlineSoftmax<V>.Exponentiate(groups, tiles.Scores, tiles.Shift, tiles.RowSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(float* scores, int begin, int end, in ScoreRules<V> rules)
    {
        for (int key = begin / V.Count * V.Count; key < end; key += V.Count)
        {
            V.Store(rules.Apply(V.Load(scores + key), key, out _), scores + key);
        }
    }

    private void Finish(AttentionBlock block, int rows, Tiles tiles)
    {
        AttentionSequence sequence = problem.Sequences[block.Sequence];
        block.FillRows(problem, output, tiles.RowAddresses);
        for (int row = 0; row < rows; row++)
        {
            float sum = tiles.RowSum[row];
            float inverse = sum == 0 ? 0 : 1 / sum;
            TilePacking.Row<V>(tiles.Output + ((nint)row * _outputWidth), problem.ValueDim, inverse, tiles.RowAddresses[row]);
            if (!logSumExp.IsEmpty)
            {
                int head = (block.KvHead * problem.Group) + (row % problem.Group);
                int queryRow = sequence.QueryFirst + block.First + (row / problem.Group);
                *logSumExp.Row(sequence.Batch, head, queryRow) = tiles.RowMax[row] + MathF.Log(sum);
            }
        }
    }

    /// <summary>The memory of one thread.</summary>
    private sealed class Tiles : IDisposable
    {
        private readonly AttentionScratch _scratch;

        public Tiles(AttentionProblem<float> problem, int rows, int outputWidth)
        {
            int keys = AttentionBlock.KeyTile;
            int addresses = Math.Max(rows, keys) * (sizeof(float*) / sizeof(float));
            int widest = Math.Max(problem.HeadDim, problem.ValueDim);
            long ofRows = (long)rows * (problem.HeadDim + outputWidth + keys + 6);
            long ofKeys = (long)keys * (problem.HeadDim + outputWidth + 1);
            _scratch = new AttentionScratch(ofRows + ofKeys + widest + addresses + (5 * V.Count), pieces: 14);
            Query = _scratch.Take((long)rows * problem.HeadDim);
            Output = _scratch.Take((long)rows * outputWidth);
            Scores = _scratch.Take((long)rows * keys);
            int wholeVectors = (rows + V.Count - 1) / V.Count * V.Count;
            RowMax = _scratch.Take(wholeVectors);
            RowSum = _scratch.Take(wholeVectors);
            Shift = _scratch.Take(wholeVectors);
            Factor = _scratch.Take(wholeVectors);
            Lanes = _scratch.Take(V.Count);
            Begin = (int*)_scratch.Take(rows);
            End = (int*)_scratch.Take(rows);
            Keys = _scratch.Take((long)keys * problem.HeadDim);
            Values = _scratch.Take((long)keys * outputWidth);
            Mask = _scratch.Take(keys);
            RowAddresses = (float**)_scratch.Take(addresses);
            Zeros = _scratch.Take(widest);
            new Span<float>(Zeros, widest).Clear();
        }

        public float* Query { get; }

        public float* Output { get; }

        public float* Scores { get; }

        public float* RowMax { get; }

        public float* RowSum { get; }

        public float* Shift { get; }

        public float* Factor { get; }

        public float* Lanes { get; }

        public int* Begin { get; }

        public int* End { get; }

        public float* Keys { get; }

        public float* Values { get; }

        public float* Mask { get; }

        public float** RowAddresses { get; }

        public float* Zeros { get; }

        public void Dispose() => _scratch.Dispose();
    }
}
