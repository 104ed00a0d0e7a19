using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>A block of query rows walking the pages of its keys: every page is read once for all rows and all heads of the group.</summary>
/// <remarks>Sums run as in the tiles of the matrix product: each score over the width in order, each output over a page's keys in order, page by page.</remarks>
/// <typeparam name="V">Vector width.</typeparam>
/// <typeparam name="W">How keys and values are stored.</typeparam>
internal readonly unsafe ref struct PagedBlock<V, W>
    where V : struct, ISimdVector<V>
    where W : struct, IPanelElement
{
    private const int KeyTile = AttentionBlock.KeyTile;
    private const int Panel = PagedKvLayout.PanelTokens;

    private readonly PagedAttentionProblem _problem;
    private readonly PagedSequences.Entry _sequence;
    private readonly PagedPiece _piece;
    private readonly PagedTiles _tiles;
    private readonly PagedKvStore _store;
    private readonly int _headDim;
    private readonly int _width;
    private readonly int _pageTokens;

    public PagedBlock(PagedAttentionProblem problem, in PagedPiece piece, PagedTiles tiles)
    {
        _problem = problem;
        _piece = piece;
        _tiles = tiles;
        _store = problem.Store;
        _sequence = problem.Sequences.Entries[piece.Sequence];
        _headDim = _store.Shape.HeadDim;
        _width = _store.Layout.ValueWidth;
        _pageTokens = _store.Shape.PageTokens;
        Rows = piece.Positions * problem.Group;
    }

    /// <summary>Query rows: positions times the group's heads.</summary>
    public int Rows { get; }

    // Vectors of a tile's row: two where two make no more than a panel.
    private static int Vectors => V.Count * 2 <= Panel ? 2 : 1;

    private static int MaxRows => MicroKernels<V, PanelFloat32>.MaxRows(Vectors);

    /// <summary>Whether a block of that many rows reads a tile so often that widening it once pays.</summary>
    public static bool Widens(int rows) => W.SizeBytes != sizeof(float) && rows > 2 * MaxRows;

    /// <summary>Scales the query rows and finds the keys they see.</summary>
    public void Prepare()
    {
        for (int position = 0, row = 0; position < _piece.Positions; position++)
        {
            (int begin, int end) = _problem.VisibleKeys(_sequence, _piece.First + position);
            for (int head = 0; head < _problem.Group; head++, row++)
            {
                _tiles.Begin[row] = begin;
                _tiles.End[row] = end;
            }
        }

        FillRows(_problem.Query);
        TilePacking.Rows<V>(_tiles.RowAddresses, Rows, _headDim, _problem.Scale, _tiles.Query);
    }

    /// <summary>Computes the state of one segment of the keys [<paramref name="begin"/>, <paramref name="end"/>).</summary>
    public void AddSegment(int segment, int begin, int end, PagedRows state)
    {
        state.Clear(Rows);
        begin = Math.Max(begin, segment * PagedSegments.Keys);
        end = Math.Min(end, (segment + 1) * PagedSegments.Keys);
        bool widens = Widens(Rows);
        for (int first = begin / KeyTile * KeyTile; first < end; first += KeyTile)
        {
            var groups = new RowGroups(Rows, _tiles.Begin, _tiles.End, first, Math.Min(KeyTile, end - first), MaxRows);
            int from = Math.Max(begin, first);
            if (widens)
            {
                Widen(first, from, first + groups.Width);
                Dot<PanelFloat32>(groups, first, from);
            }
            else
            {
                Dot<W>(groups, first, from);
            }

            Softmax(groups, first, from, state);
            if (widens)
            {
                AddValues<PanelFloat32>(groups, first, from, state);
            }
            else
            {
                AddValues<W>(groups, first, from, state);
            }
        }
    }

    /// <summary>Writes the rows of the total state.</summary>
    public void Finish(AttentionView<float> output)
    {
        FillRows(output);
        for (int row = 0; row < Rows; row++)
        {
            float sum = _tiles.Total.Sum[row];
            WriteRow(_tiles.Total.Output + ((nint)row * _width), _headDim, sum == 0 ? 0 : 1 / sum, _tiles.RowAddresses[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRow(float* source, int width, float factor, float* target)
    {
        // + 0 so that a zero has one sign, whichever tiles without visible keys were walked for the sake of other rows.
        V scale = V.Splat(factor);
        int c = 0;
        for (; c + V.Count <= width; c += V.Count)
        {
            V.Store((V.Load(source + c) * scale) + V.Zero, target + c);
        }

        for (; c < width; c++)
        {
            target[c] = (source[c] * factor) + 0f;
        }
    }

    private void FillRows(AttentionView<float> view)
    {
        for (int position = 0, row = 0; position < _piece.Positions; position++)
        {
            for (int head = 0; head < _problem.Group; head++, row++)
            {
                _tiles.RowAddresses[row] = view.Row(0, (_piece.KvHead * _problem.Group) + head, _sequence.FirstRow + _piece.First + position);
            }
        }
    }

    /// <summary>The block with the keys from position <paramref name="key"/> on, a multiple of the page length.</summary>
    private byte* Page(int key) => _store.Block(_problem.Layer, _problem.Sequences.Page(_sequence, key / _pageTokens), _piece.KvHead);

    /// <summary>Brings the pages with the keys [<paramref name="from"/>, <paramref name="to"/>) of a tile to f32.</summary>
    private void Widen(int first, int from, int to)
    {
        for (int key = from / _pageTokens * _pageTokens; key < to; key += _pageTokens)
        {
            byte* page = Page(key);
            Widen(page, (nint)_pageTokens * _headDim, _tiles.WideKeys + ((nint)(key - first) * _headDim));
            Widen(page + _store.Layout.ValuesOffset, (nint)_pageTokens * _width, _tiles.WideValues + ((nint)(key - first) * _width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* source, nint count, float* target)
    {
        for (nint i = 0; i < count; i += V.Count)
        {
            V.Store(W.Load<V>(source + (i * W.SizeBytes)), target + i);
        }
    }

    /// <summary>Scores of a tile, whole panels at the edges of what is visible.</summary>
    private void Dot<TElement>(RowGroups groups, int first, int from)
        where TElement : struct, IPanelElement
    {
        MicroKernel[] kernels = MicroKernels<V, TElement>.Rows(Vectors);
        bool inPlace = typeof(TElement) == typeof(W);
        nint panelBytes = (nint)_headDim * Panel * TElement.SizeBytes;
        for (int column = (from - first) / Panel * Panel; column < groups.Width; column += Panel)
        {
            int key = first + column, inPage = key % _pageTokens;
            byte* keys = inPlace ? Page(key - inPage) + (inPage / Panel * panelBytes) : (byte*)_tiles.WideKeys + (column / Panel * panelBytes);
            for (int lane = 0; lane < Panel; lane += Vectors * V.Count)
            {
                DotPanel<TElement>(groups, kernels, keys + (lane * TElement.SizeBytes), column + lane);
            }
        }
    }

    private void DotPanel<TElement>(RowGroups groups, MicroKernel[] kernels, byte* keys, int column)
        where TElement : struct, IPanelElement
    {
        for (int row = 0; row < groups.Rows; row += groups.GroupRows)
        {
            (int from, int to) = groups.Keys(row);
            if (from < to && column < to && column + (Vectors * V.Count) > from)
            {
                kernels[groups.Count(row)].Entry(
                    _headDim, _tiles.Query + ((nint)row * _headDim), _headDim, keys, Panel * TElement.SizeBytes,
                    _tiles.Scores + (row * KeyTile) + column, KeyTile, null, 0);
            }
        }
    }

    /// <summary>Turns the tile's scores into unnormalised probabilities and brings the state to its new maxima.</summary>
    private void Softmax(RowGroups groups, int first, int from, PagedRows state)
    {
        bool hasScales = typeof(W) == typeof(PanelInt8);
        if (hasScales)
        {
            FillScales(first, from, first + groups.Width, _store.Layout.KeyScalesOffset, _tiles.KeyScales);
            FillScales(first, from, first + groups.Width, _store.Layout.ValueScalesOffset, _tiles.ValueScales);
        }

        for (int row = 0; (hasScales || _problem.SoftCap is not null) && row < groups.Rows; row++)
        {
            (int begin, int end) = groups.KeysOf(row);
            Transform(_tiles.Scores + (row * KeyTile), begin, end, hasScales ? _tiles.KeyScales : null, _problem.SoftCap ?? 0);
        }

        OnlineSoftmax<V>.Maximize(groups, _tiles.Scores, state.Max, _tiles.Shift, _tiles.Lanes);
        OnlineSoftmax<V>.MoveToNewMaxima(groups.Rows, _tiles.Shift, state.Max, state.Sum, _tiles.Factor);
        for (int row = 0; row < groups.Rows; row++)
        {
            if (_tiles.Factor[row] != 1)
            {
                float* accumulated = state.Output + ((nint)row * _width);
                TilePacking.Row<V>(accumulated, _width, _tiles.Factor[row], accumulated);
            }
        }

        OnlineSoftmax<V>.Exponentiate(groups, _tiles.Scores, _tiles.Shift, state.Sum);
        for (int row = 0; hasScales && row < groups.Rows; row++)
        {
            (int begin, int end) = groups.KeysOf(row);
            Transform(_tiles.Scores + (row * KeyTile), begin, end, _tiles.ValueScales, 0);
        }
    }

    private void FillScales(int first, int from, int to, long offset, float* target)
    {
        for (int key = from / _pageTokens * _pageTokens; key < to; key += _pageTokens)
        {
            new ReadOnlySpan<float>(Page(key) + offset, _pageTokens).CopyTo(new Span<float>(target + key - first, _pageTokens));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(float* scores, int begin, int end, float* scales, float softCap)
    {
        for (int key = begin / V.Count * V.Count; key < end; key += V.Count)
        {
            V score = V.Load(scores + key);
            score = scales == null ? score : score * V.Load(scales + key);
            V.Store(softCap == 0 ? score : SimdActivations.Tanh(score * V.Splat(1f / softCap)) * V.Splat(softCap), scores + key);
        }
    }

    /// <summary><c>state.Output[row] += Σ over the tile's keys of probability[row, key] · value[key]</c>.</summary>
    private void AddValues<TElement>(RowGroups groups, int first, int from, PagedRows state)
        where TElement : struct, IPanelElement
    {
        MicroKernel[] kernels = MicroKernels<V, TElement>.Rows(Vectors);
        bool inPlace = typeof(TElement) == typeof(W);
        nint rowBytes = (nint)_width * TElement.SizeBytes;
        for (int column = (from - first) / _pageTokens * _pageTokens; column < groups.Width; column += _pageTokens)
        {
            byte* values = inPlace ? Page(first + column) + _store.Layout.ValuesOffset : (byte*)_tiles.WideValues + (column * rowBytes);
            for (int c = 0; c < _width; c += Vectors * V.Count)
            {
                AddPanel(groups, kernels, values + (c * TElement.SizeBytes), rowBytes, column, state.Output + c);
            }
        }
    }

    private void AddPanel(RowGroups groups, MicroKernel[] kernels, byte* values, nint rowBytes, int firstKey, float* target)
    {
        for (int row = 0; row < groups.Rows; row += groups.GroupRows)
        {
            (int from, int to) = groups.Keys(row);
            from = Math.Max(from, firstKey);
            to = Math.Min(to, firstKey + _pageTokens);
            if (from < to)
            {
                float* sum = target + ((nint)row * _width);
                kernels[groups.Count(row)].Entry(
                    to - from, _tiles.Scores + (row * KeyTile) + from, KeyTile, values + ((from - firstKey) * rowBytes), rowBytes, sum, _width, sum, _width);
            }
        }
    }
}
