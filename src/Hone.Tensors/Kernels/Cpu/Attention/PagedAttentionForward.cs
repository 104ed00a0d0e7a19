using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>One call of attention over pages: cuts it into pieces, runs them, merges what was cut along the keys.</summary>
/// <typeparam name="V">Vector width.</typeparam>
/// <typeparam name="W">How keys and values are stored.</typeparam>
internal sealed unsafe class PagedAttentionForward<V, W>(PagedAttentionProblem problem, AttentionView<float> output)
    where V : struct, ISimdVector<V>
    where W : struct, IPanelElement
{
    // Rows that share the reading of a tile of keys, as in AttentionForward.
    private const int BlockRows = 192;

    // Cutting along the keys costs a merge; it pays only where the threads would otherwise have fewer pieces than this each.
    private const int PiecesPerThread = 3;

    private readonly int _width = problem.Store.Layout.ValueWidth;
    private readonly int _headDim = problem.Store.Shape.HeadDim;
    private int _mostRows;
    private int _parts;

    /// <summary>Computes all rows.</summary>
    public void Run()
    {
        long work = 0;
        int positions = AttentionBlock.PositionsPerBlock(problem.Group, BlockRows);
        foreach (PagedSequences.Entry sequence in problem.Sequences.Entries)
        {
            work += Work(sequence.Queries, 0, sequence.Keys) * problem.Store.Shape.KeyValueHeads;
            _mostRows = Math.Max(_mostRows, Math.Min(positions, sequence.Queries) * problem.Group);
        }

        if (_mostRows == 0)
        {
            return;
        }

        if (ComputeThreads.Count == 1 || work < AttentionQueue<PagedPiece>.WorthAThread)
        {
            RunHere(positions);
        }
        else
        {
            RunShared(positions);
        }
    }

    // Decoding over short texts ends here some thousand times a second: nothing is allocated but working memory.
    private void RunHere(int positions)
    {
        using PagedTiles tiles = CreateTiles(_mostRows);
        for (int s = 0; s < problem.Sequences.Count; s++)
        {
            int queries = problem.Sequences.Entries[s].Queries;
            for (int kvHead = 0; kvHead < problem.Store.Shape.KeyValueHeads; kvHead++)
            {
                for (int first = 0; first < queries; first += positions)
                {
                    Compute(new PagedPiece(s, kvHead, first, Math.Min(positions, queries - first), Part: -1, Segment: 0), tiles, null, 0);
                }
            }
        }
    }

    private void RunShared(int positions)
    {
        List<PagedPiece> blocks = Blocks(positions);
        bool cutsKeys = blocks.Count < PiecesPerThread * ComputeThreads.Count;
        var queue = new AttentionQueue<PagedPiece>();
        List<PagedPiece>? cut = null;
        foreach (PagedPiece block in blocks)
        {
            (int begin, int end) = Keys(block);
            (int first, int last) = PagedSegments.Of(begin, end);
            if (!cutsKeys || last - first <= 1)
            {
                queue.Add(block, Work(block.Positions, begin, end));
                continue;
            }

            PagedPiece part = block with { Part = _parts };
            (cut ??= []).Add(part);
            _parts += last - first;
            for (int s = first; s < last; s++)
            {
                queue.Add(part with { Segment = s }, Work(block.Positions, Math.Max(begin, s * PagedSegments.Keys), Math.Min(end, (s + 1) * PagedSegments.Keys)));
            }
        }

        int partSize = PagedRows.Size(_mostRows, _width);
        using var scratch = new KernelScratch((long)_parts * partSize);
        float* parts = scratch.Floats;
        queue.Run(() => CreateTiles(_mostRows), (piece, tiles) => Compute(piece, tiles, parts, partSize));
        if (cut is not null)
        {
            Merge(cut, parts, partSize);
        }
    }

    private List<PagedPiece> Blocks(int positions)
    {
        var blocks = new List<PagedPiece>();
        for (int s = 0; s < problem.Sequences.Count; s++)
        {
            int queries = problem.Sequences.Entries[s].Queries;
            for (int kvHead = 0; kvHead < problem.Store.Shape.KeyValueHeads; kvHead++)
            {
                for (int first = 0; first < queries; first += positions)
                {
                    blocks.Add(new PagedPiece(s, kvHead, first, Math.Min(positions, queries - first), Part: -1, Segment: 0));
                }
            }
        }

        return blocks;
    }

    private PagedTiles CreateTiles(int rows) => new(problem.Store.Shape, _width, rows, PagedBlock<V, W>.Widens(rows));

    private (int Begin, int End) Keys(in PagedPiece piece)
    {
        PagedSequences.Entry sequence = problem.Sequences.Entries[piece.Sequence];
        return (problem.VisibleKeys(sequence, piece.First).Begin, problem.VisibleKeys(sequence, piece.First + piece.Positions - 1).End);
    }

    // Beside the multiply-adds, reading the keys counts: with few rows it takes longer than computing.
    private long Work(int queries, int begin, int end) => (long)(end - begin) * _headDim * 2 * Math.Max(4, queries * problem.Group);

    private void Compute(in PagedPiece piece, PagedTiles tiles, float* parts, int partSize)
    {
        var block = new PagedBlock<V, W>(problem, piece, tiles);
        block.Prepare();
        (int begin, int end) = Keys(piece);
        (int first, int last) = PagedSegments.Of(begin, end);
        if (piece.Part >= 0)
        {
            block.AddSegment(piece.Segment, begin, end, PagedRows.At(parts + ((long)(piece.Part + piece.Segment - first) * partSize), _mostRows, _width));
            return;
        }

        tiles.Total.Clear(block.Rows);
        for (int segment = first; segment < last; segment++)
        {
            block.AddSegment(segment, begin, end, tiles.Segment);
            tiles.Total.Merge<V>(tiles.Segment, block.Rows, tiles.Shift, tiles.Factor);
        }

        block.Finish(output);
    }

    private void Merge(List<PagedPiece> cut, float* parts, int partSize)
    {
        using PagedTiles tiles = CreateTiles(_mostRows);
        foreach (PagedPiece piece in cut)
        {
            var block = new PagedBlock<V, W>(problem, piece, tiles);
            (int begin, int end) = Keys(piece);
            (int first, int last) = PagedSegments.Of(begin, end);
            tiles.Total.Clear(block.Rows);
            for (int segment = first; segment < last; segment++)
            {
                PagedRows part = PagedRows.At(parts + ((long)(piece.Part + segment - first) * partSize), _mostRows, _width);
                tiles.Total.Merge<V>(part, block.Rows, tiles.Shift, tiles.Factor);
            }

            block.Finish(output);
        }
    }
}
