using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The memory of one thread in the backward pass: a block of query rows, a chunk of keys and the tiles between them.</summary>
internal sealed unsafe class AttentionBackwardTiles<V> : IDisposable
    where V : struct, ISimdVector<V>
{
    private const int Pieces = 20;

    private readonly AttentionScratch _scratch;

    /// <summary>Reserves memory for <paramref name="rows"/> query rows and <paramref name="chunkKeys"/> keys.</summary>
    public AttentionBackwardTiles(AttentionProblem<float> problem, int rows, int chunkKeys)
    {
        int keys = AttentionBlock.KeyTile, headDim = problem.HeadDim, valueDim = problem.ValueDim;
        int keyWidth = TilePacking.PaddedColumns<V>(headDim), valueWidth = TilePacking.PaddedColumns<V>(valueDim);
        int addresses = Math.Max(rows, keys) * (sizeof(float*) / sizeof(float));
        int widest = Math.Max(headDim, valueDim);
        long ofRows = (long)rows * (headDim + (2 * keyWidth) + valueDim + valueWidth + (2 * keys) + 4);
        long ofKeys = (long)chunkKeys * (headDim + valueDim + (2 * keyWidth) + valueWidth);
        _scratch = new AttentionScratch(ofRows + ofKeys + addresses + (2 * keys) + widest, Pieces);

        Rows = rows;
        Query = _scratch.Take((long)rows * headDim);
        QueryPanels = _scratch.Take((long)rows * keyWidth);
        QueryGradient = _scratch.Take((long)rows * keyWidth);
        OutputGradient = _scratch.Take((long)rows * valueDim);
        OutputGradientPanels = _scratch.Take((long)rows * valueWidth);
        Probabilities = _scratch.Take((long)rows * keys);
        ScoreGradients = _scratch.Take((long)rows * keys);
        LogSumExp = _scratch.Take(rows);
        Delta = _scratch.Take(rows);
        Begin = (int*)_scratch.Take(rows);
        End = (int*)_scratch.Take(rows);
        KeysTransposed = _scratch.Take((long)chunkKeys * headDim);
        ValuesTransposed = _scratch.Take((long)chunkKeys * valueDim);
        Keys = _scratch.Take((long)chunkKeys * keyWidth);
        KeyGradient = _scratch.Take((long)chunkKeys * keyWidth);
        ValueGradient = _scratch.Take((long)chunkKeys * valueWidth);
        RowAddresses = (float**)_scratch.Take(addresses);
        Mask = _scratch.Take(keys);
        CapSlope = _scratch.Take(keys);
        Zeros = _scratch.Take(widest);
        new Span<float>(Zeros, widest).Clear();
    }

    /// <summary>Rows there is room for, and rows between the panels of the block.</summary>
    public int Rows { get; }

    /// <summary>Scaled queries <c>[rows, headDim]</c>.</summary>
    public float* Query { get; }

    /// <summary>Scaled queries in panels.</summary>
    public float* QueryPanels { get; }

    /// <summary>Sum of the query gradients over the chunk, <c>[rows, padded headDim]</c>, to be scaled.</summary>
    public float* QueryGradient { get; }

    /// <summary>Gradient of the output <c>[rows, valueDim]</c>.</summary>
    public float* OutputGradient { get; }

    /// <summary>Gradient of the output in panels.</summary>
    public float* OutputGradientPanels { get; }

    /// <summary>Scores, then probabilities, of the tile.</summary>
    public float* Probabilities { get; }

    /// <summary>Gradients of the probabilities, then of the scaled dot products, of the tile.</summary>
    public float* ScoreGradients { get; }

    /// <summary>Log-sum-exp of each row.</summary>
    public float* LogSumExp { get; }

    /// <summary>Dot product of output and its gradient of each row.</summary>
    public float* Delta { get; }

    /// <summary>First visible key of each row.</summary>
    public int* Begin { get; }

    /// <summary>One past the last visible key of each row.</summary>
    public int* End { get; }

    /// <summary>Keys of the chunk, transposed panels by tile.</summary>
    public float* KeysTransposed { get; }

    /// <summary>Values of the chunk, transposed panels by tile.</summary>
    public float* ValuesTransposed { get; }

    /// <summary>Keys of the chunk, panels by tile.</summary>
    public float* Keys { get; }

    /// <summary>Sum of the key gradients <c>[keys, padded headDim]</c>.</summary>
    public float* KeyGradient { get; }

    /// <summary>Sum of the value gradients <c>[keys, padded valueDim]</c>.</summary>
    public float* ValueGradient { get; }

    /// <summary>Row addresses for packing.</summary>
    public float** RowAddresses { get; }

    /// <summary>Key mask of the tile.</summary>
    public float* Mask { get; }

    /// <summary>Derivatives of the soft-capping of one row.</summary>
    public float* CapSlope { get; }

    /// <summary>A row of zeros.</summary>
    public float* Zeros { get; }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();
}
