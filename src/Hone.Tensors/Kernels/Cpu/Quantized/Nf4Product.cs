using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Quantization;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Products with a weight <c>[n, k]</c> in 4-bit NormalFloat: some of its rows at a time become f32, and are multiplied as such.</summary>
/// <remarks>
/// Nothing but the weight is rounded, forward and backward. Rows of activations are many in training, so that making the rows f32 costs little beside
/// multiplying them. A row of the result has the same bits for every number of rows and threads.
/// </remarks>
internal sealed unsafe class Nf4Product : IQuantizedProduct
{
    // Weights that are f32 at one time: half a second-level cache.
    private const int DenseWeights = 128 * 1024;

    private const int MinBlocksPerThread = 512; // about 10 µs of work

    private readonly int _k;
    private readonly WeightMemory _memory;
    private readonly long _blocks;

    public Nf4Product(Nf4Matrix weight)
    {
        (Columns, _k) = (weight.Rows, weight.Columns);
        _blocks = Nf4Codec.BlocksOf((long)Columns * _k);
        _memory = new WeightMemory((nuint)Math.Max(64, _blocks * (sizeof(float) + Nf4Codec.BlockBytes)));
        long scaleBytes = _blocks * sizeof(float), indexBytes = _blocks * Nf4Codec.BlockBytes;
        Buffer.MemoryCopy(weight.Scales.Address, _memory.Pointer, scaleBytes, scaleBytes);
        Buffer.MemoryCopy(weight.Indices.Address, _memory.Pointer + scaleBytes, indexBytes, indexBytes);
    }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    public long SizeBytes => (long)_memory.Size;

    private int RowsAtOnce => Math.Max(1, DenseWeights / Math.Max(1, _k));

    /// <inheritdoc/>
    public void Multiply(int m, float* a, float* c, nint ldc, float* bias)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        if (m == 1)
        {
            MultiplyRow(a, c, bias);
            return;
        }

        using var scratch = new KernelScratch(DenseSize(RowsAtOnce));
        for (int first = 0; first < Columns; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, Columns - first);
            float* rows = ReadRows(first, count, scratch.Floats);
            Sgemm.Multiply(transA: false, transB: true, m, count, _k, a, _k, rows, _k, c + first, ldc, bias: bias == null ? null : bias + first);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void AddTransposed(int m, float* g, nint ldg, float* dx)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        using var scratch = new KernelScratch(DenseSize(RowsAtOnce));
        for (int first = 0; first < Columns; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, Columns - first);
            float* rows = ReadRows(first, count, scratch.Floats);
            Sgemm.Multiply(transA: false, transB: false, m, _k, count, g + first, ldg, rows, _k, dx, _k, accumulate: true);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void ReadColumn(long column, float* values)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)column, (ulong)Columns, nameof(column));
        using var scratch = new KernelScratch(DenseSize(1));
        float* row = ReadRows((int)column, 1, scratch.Floats);
        Buffer.MemoryCopy(row, values, (long)_k * sizeof(float), (long)_k * sizeof(float));
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    /// <summary>A single row is multiplied as one of two equal ones: alone it would be summed in another order.</summary>
    private void MultiplyRow(float* a, float* c, float* bias)
    {
        using var scratch = new KernelScratch(2L * (_k + Columns));
        float* twice = scratch.Floats, results = twice + (2 * _k);
        Buffer.MemoryCopy(a, twice, (long)_k * sizeof(float), (long)_k * sizeof(float));
        Buffer.MemoryCopy(a, twice + _k, (long)_k * sizeof(float), (long)_k * sizeof(float));
        Multiply(2, twice, results, Columns, bias);
        Buffer.MemoryCopy(results, c, (long)Columns * sizeof(float), (long)Columns * sizeof(float));
    }

    /// <summary>Room for so many rows, and for what their first and last blocks hold of other rows.</summary>
    private long DenseSize(int rows) => ((long)rows * _k) + (2 * Nf4Codec.BlockLength);

    /// <summary>Makes rows f32; they begin somewhere in the first block.</summary>
    private float* ReadRows(int first, int count, float* target)
    {
        long from = (long)first * _k, block = from / Nf4Codec.BlockLength, blocks = Nf4Codec.BlocksOf(from + ((long)count * _k)) - block;
        ComputeThreads.ForRange(blocks, MinBlocksPerThread, (begin, end) =>
            ReadBlocks((float*)_memory.Pointer + block + begin, _memory.Pointer + (_blocks * sizeof(float)) + ((block + begin) * Nf4Codec.BlockBytes), end - begin, target + (begin * Nf4Codec.BlockLength)));
        return target + (from - (block * Nf4Codec.BlockLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadBlocks(float* scales, byte* indices, long blocks, float* target)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            for (; blocks > 0; blocks--, scales++, indices += Nf4Codec.BlockBytes, target += Nf4Codec.BlockLength)
            {
                Nf4Codec.Dequantize(*scales, new ReadOnlySpan<byte>(indices, Nf4Codec.BlockBytes), new Span<float>(target, Nf4Codec.BlockLength));
            }

            return;
        }

        Vector256<float> lower = Vector256.Create(Nf4Codec.Levels), upper = Vector256.Create(Nf4Codec.Levels[8..]);
        Vector256<int> low = Vector256.Create(15);
        for (; blocks > 0; blocks--, scales++, indices += Nf4Codec.BlockBytes, target += Nf4Codec.BlockLength)
        {
            Vector256<float> scale = Vector256.Create(*scales);
            for (int i = 0; i < Nf4Codec.BlockBytes; i += 8)
            {
                Vector256<int> pairs = Vector256.WidenLower(Vector256.WidenLower(Vector128.CreateScalar(*(ulong*)(indices + i)).AsByte().ToVector256Unsafe()).GetLower().ToVector256Unsafe()).AsInt32();
                (Look(pairs & low, lower, upper) * scale).Store(target + i);
                (Look(pairs >>> 4, lower, upper) * scale).Store(target + Nf4Codec.BlockBytes + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Look(Vector256<int> index, Vector256<float> lower, Vector256<float> upper)
    {
        Vector256<int> within = index & Vector256.Create(7);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(index, Vector256.Create(7)).AsSingle(), Vector256.Shuffle(upper, within), Vector256.Shuffle(lower, within));
    }
}
