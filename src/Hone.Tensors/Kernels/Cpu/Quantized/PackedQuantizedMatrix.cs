using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Quantization;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>A frozen quantized weight <c>[n, k]</c> laid out once for products with rows of activations.</summary>
/// <remarks>
/// Rows of the weight are the lanes of vectors, so that a product needs no sums across lanes and reads memory as one stream. The integers and scales are
/// those of the checkpoint. A row of the result depends on that row of activations alone: its bits are the same for every number of rows and threads.
/// </remarks>
internal sealed unsafe class PackedQuantizedMatrix : IDisposable
{
    // Multiply-adds below which a second thread costs more than it brings: about 3 µs.
    private const long MinWorkPerThread = 250_000;

    // Elements of activations that one thread rounds in about 10 µs.
    private const long MinElementsPerThread = 40_000;

    private const int DequantizedRows = 64;

    private readonly WeightMemory _memory;
    private readonly SimdLevel _level;
    private readonly QuantizedPanelLayout _layout;

    private PackedQuantizedMatrix(QuantizedScheme scheme, int n, int k, SimdLevel level)
    {
        (N, K, _level) = (n, k, level);
        int lanes = 2 * (level switch { SimdLevel.Vector512 => Vec512.Count, SimdLevel.Vector256 => Vec256.Count, _ => Vec128.Count });
        _layout = new QuantizedPanelLayout(scheme, k, lanes);
        _memory = new WeightMemory((nuint)Math.Max(64, _layout.SizeBytes * Panels));
    }

    /// <summary>Columns of a product: rows of the weight.</summary>
    public int N { get; }

    /// <summary>Columns of the weight.</summary>
    public int K { get; }

    /// <summary>Bytes held.</summary>
    public long SizeBytes => (long)_memory.Size;

    private int Panels => (N + _layout.Lanes - 1) / _layout.Lanes;

    /// <summary>Packs matrices of one format and width, one below the other; they are no longer needed afterwards.</summary>
    public static PackedQuantizedMatrix Pack(ReadOnlySpan<QuantizedMatrix> matrices)
    {
        (BlockFormat format, int columns) = (matrices[0].Format, matrices[0].Columns);
        var scheme = QuantizedScheme.Of(format);
        int rowBytes = checked((int)format.RowBytes(columns));
        var rows = new List<nint>();
        foreach (QuantizedMatrix matrix in matrices)
        {
            byte* first = matrix.Bytes.Address;
            for (int r = 0; r < matrix.Rows; r++)
            {
                rows.Add((nint)(first + ((long)r * rowBytes)));
            }
        }

        var packed = new PackedQuantizedMatrix(scheme, rows.Count, columns, SimdDispatch.Current);
        ComputeThreads.ForRange(packed.Panels, 1, (begin, end) => packed.PackPanels(format, rows, rowBytes, begin, end));
        return packed;
    }

    /// <summary><c>C[m, n] = A[m, k]·Wᵀ</c>, plus a bias row when given.</summary>
    /// <param name="m">Rows of A and C; 0 is allowed.</param>
    /// <param name="a">First element of A, rows contiguous.</param>
    /// <param name="c">First element of C, which does not overlap A.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="bias">n values, or null.</param>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void Multiply(int m, float* a, float* c, nint ldc, float* bias)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        if (m == 0 || N == 0)
        {
            return;
        }

        using var scratch = new KernelScratch(QuantizedActivations.Size(_layout, m) / sizeof(float));
        var rows = new QuantizedActivations(_layout, (byte*)scratch.Floats);
        int threads = (int)Math.Clamp((long)m * N * K / MinWorkPerThread, 1, ComputeThreads.Count);
        if (threads == 1)
        {
            Quantize(rows, a, 0, m);
            Run(rows, 0, Panels, 0, m, c, ldc, bias);
        }
        else
        {
            RunParts(rows, m, a, c, ldc, bias, threads);
        }

        GC.KeepAlive(this);
    }

    /// <summary><c>dx[m, k] += g[m, n]·W</c>, some rows of the weight at a time in f32.</summary>
    /// <param name="m">Rows of g and dx.</param>
    /// <param name="g">First element of g.</param>
    /// <param name="ldg">Floats between rows of g.</param>
    /// <param name="dx">First element of dx, rows contiguous.</param>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void AddTransposed(int m, float* g, nint ldg, float* dx)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        using var scratch = new KernelScratch((long)DequantizedRows * K);
        float* rows = scratch.Floats;
        for (int first = 0; first < N; first += DequantizedRows)
        {
            int begin = first, count = Math.Min(DequantizedRows, N - first);
            ComputeThreads.ForRange(count, Math.Max(1, MinElementsPerThread / 4 / K), (from, to) =>
            {
                for (long i = from; i < to; i++)
                {
                    ReadRow(begin + i, rows + (i * K));
                }
            });
            Sgemm.Multiply(transA: false, transB: false, m, K, count, g + first, ldg, rows, K, dx, K, accumulate: true);
        }

        GC.KeepAlive(this);
    }

    /// <summary>One row of the weight in f32, the numbers that <see cref="BlockCodec"/> gives.</summary>
    /// <param name="row">Below <see cref="N"/>.</param>
    /// <param name="values">Receives <see cref="K"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void ReadRow(long row, float* values)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)N, nameof(row));
        QuantizedPanels.Read(_layout, _memory.Pointer + (row / _layout.Lanes * _layout.SizeBytes), (int)(row % _layout.Lanes), values);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the packed values.</summary>
    public void Dispose() => _memory.Dispose();

    private void PackPanels(BlockFormat format, List<nint> rows, int rowBytes, long begin, long end)
    {
        var row = new LevelRow(K, _layout.Scheme);
        using var scratch = new KernelScratch((long)_layout.Lanes * row.Packed.Length);
        uint* levels = (uint*)scratch.Floats;
        for (long panel = begin; panel < end; panel++)
        {
            byte* target = _memory.Pointer + (panel * _layout.SizeBytes);
            for (int lane = 0; lane < _layout.Lanes; lane++)
            {
                int index = (int)(panel * _layout.Lanes) + lane;
                if (index < rows.Count)
                {
                    BlockReaders.Read(format, new ReadOnlySpan<byte>((byte*)rows[index], rowBytes), row);
                    row.Pack();
                }
                else
                {
                    row.Clear();
                }

                QuantizedPanels.Write(_layout, target, lane, row, levels);
            }

            switch (_level)
            {
                case SimdLevel.Vector512:
                    QuantizedPanels.Interleave<Vec512>(_layout, levels, target);
                    break;
                case SimdLevel.Vector256:
                    QuantizedPanels.Interleave<Vec256>(_layout, levels, target);
                    break;
                default:
                    QuantizedPanels.Interleave<Vec128>(_layout, levels, target);
                    break;
            }
        }
    }

    // Apart from Multiply, so that a product on one thread allocates no closure.
    private void RunParts(QuantizedActivations rows, int m, float* a, float* c, nint ldc, float* bias, int threads)
    {
        ComputeThreads.ForRange(m, Math.Max(1, MinElementsPerThread / K), (begin, end) => Quantize(rows, a, (int)begin, (int)end));
        bool byPanels = Panels >= threads;
        int units = byPanels ? Panels : m;
        threads = Math.Min(threads, units);
        ComputeThreads.Pool.Run(threads, part =>
        {
            int begin = (int)((long)units * part / threads), end = (int)((long)units * (part + 1) / threads);
            Run(rows, byPanels ? begin : 0, byPanels ? end : Panels, byPanels ? 0 : begin, byPanels ? m : end, c, ldc, bias);
        });
    }

    private void Quantize(in QuantizedActivations rows, float* a, int begin, int end)
    {
        for (int row = begin; row < end; row++)
        {
            float* x = a + ((long)row * K);
            switch (_level)
            {
                case SimdLevel.Vector512:
                    rows.Quantize<Vec512>(x, row);
                    break;
                case SimdLevel.Vector256:
                    rows.Quantize<Vec256>(x, row);
                    break;
                default:
                    rows.Quantize<Vec128>(x, row);
                    break;
            }
        }
    }

    private void Run(in QuantizedActivations rows, int from, int to, int firstRow, int endRow, float* c, nint ldc, float* bias)
    {
        switch (_level)
        {
            case SimdLevel.Vector512:
                QuantizedProduct<Lanes512, Vec512>.Run(_layout, _memory.Pointer, N, from, to, rows, firstRow, endRow, c, ldc, bias);
                break;
            case SimdLevel.Vector256:
                QuantizedProduct<Lanes256, Vec256>.Run(_layout, _memory.Pointer, N, from, to, rows, firstRow, endRow, c, ldc, bias);
                break;
            default:
                QuantizedProduct<Lanes128, Vec128>.Run(_layout, _memory.Pointer, N, from, to, rows, firstRow, endRow, c, ldc, bias);
                break;
        }
    }
}
