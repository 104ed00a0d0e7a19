using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>A frozen right operand B[k, n], laid out once for the micro-kernels and multiplied many times.</summary>
/// <remarks>
/// Layout: panels of two vectors of columns, <c>[n / width][k][width]</c>, so that a product with one row reads memory in order.
/// bf16 and half values stay in their format and are widened to f32, exactly, while they are read.
/// A row of the result depends on that row of A alone: its bits are the same for every number of rows and threads.
/// One matrix serves one direction: a layer that also needs <c>dy·W</c> packs W a second time.
/// </remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private readonly WeightMemory _memory;
    private readonly SimdLevel _level;
    private readonly int _width;
    private bool _isFinite;

    private PackedMatrix(PanelFormat format, int n, int k, SimdLevel level)
    {
        (Format, N, K, _level) = (format, n, k, level);
        _width = 2 * (level switch { SimdLevel.Vector512 => Vec512.Count, SimdLevel.Vector256 => Vec256.Count, _ => Vec128.Count });
        _memory = new WeightMemory(Math.Max(64, (nuint)Panels * (nuint)k * (nuint)_width * (nuint)ElementBytes));
    }

    /// <summary>How the values are stored.</summary>
    public PanelFormat Format { get; }

    /// <summary>Columns of the result.</summary>
    public int N { get; }

    /// <summary>Columns of A.</summary>
    public int K { get; }

    /// <summary>Bytes held.</summary>
    public long SizeBytes => (long)_memory.Size;

    private int Panels => (N + _width - 1) / _width;

    private int ElementBytes => Format == PanelFormat.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Packs a row-major matrix.</summary>
    /// <param name="format">Format of <paramref name="source"/>, kept.</param>
    /// <param name="source">First element.</param>
    /// <param name="stride">Elements between stored rows.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Columns of A.</param>
    /// <param name="transB">
    /// The source is stored <c>[n, k]</c>: for a weight [out, in] this packs <c>x·Wᵀ</c>. Otherwise <c>[k, n]</c>: it packs <c>dy·W</c>.
    /// </param>
    /// <returns>The packed matrix; the source is no longer needed. The caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or the stride shorter than a row.</exception>
    public static PackedMatrix Pack(PanelFormat format, void* source, nint stride, int n, int k, bool transB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (n > 0 && k > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(stride, transB ? k : n);
        }

        var packed = new PackedMatrix(format, n, k, SimdDispatch.Current);
        byte* memory = packed._memory.Pointer;
        ComputeThreads.ForRange(packed.Panels, 1 + (65536 / Math.Max(1, k * packed._width)), (begin, end) =>
        {
            if (format == PanelFormat.Float32)
            {
                PackPanels((float*)source, (float*)memory, stride, n, k, transB, packed._width, (int)begin, (int)end);
            }
            else
            {
                PackPanels((ushort*)source, (ushort*)memory, stride, n, k, transB, packed._width, (int)begin, (int)end);
            }
        });
        packed._isFinite = k > 0 && n > 0 && format == PanelFormat.Float16 && AreFinite((ushort*)memory, (nint)packed.Panels * k * packed._width);
        return packed;
    }

    /// <summary>Computes <c>C[m, n] = A[m, k]·B</c>, plus C's old value or a bias row.</summary>
    /// <param name="m">Rows of A and C; 0 is allowed.</param>
    /// <param name="a">First element of A.</param>
    /// <param name="lda">Floats between rows of A.</param>
    /// <param name="c">First element of C, which must not overlap A.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    /// <param name="bias">n values added to every row, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or a stride shorter than a row.</exception>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void Multiply(int m, float* a, nint lda, float* c, nint ldc, bool accumulate = false, float* bias = null)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        Sgemm.Check(transA: false, transB: true, m, N, K, lda, ldb: K, ldc);
        if (m == 0 || N == 0)
        {
            return;
        }

        var g = new GemmOperands { M = m, N = N, K = K, A = a, Lda = lda, C = c, Ldc = ldc };
        if (accumulate && bias != null)
        {
            Sgemm.AddBias(g, bias);
        }

        g.D = accumulate ? c : bias;
        g.Ldd = accumulate ? ldc : 0;
        int threads = Sgemm.ThreadsFor((long)m * N * Math.Max(1, K));
        bool byPanels = N >= m;
        int units = byPanels ? Panels : m;
        threads = Math.Min(threads, units);
        if (threads == 1)
        {
            Run(g, 0);
        }
        else
        {
            RunParts(g, threads, units, byPanels);
        }

        GC.KeepAlive(this);
    }

    /// <summary>One column of the matrix in f32: a row of a weight that was packed with <c>transB</c>.</summary>
    /// <param name="column">Below <see cref="N"/>.</param>
    /// <param name="values">Receives <see cref="K"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void ReadColumn(long column, float* values)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)column, (ulong)N, nameof(column));
        nint first = ((nint)(column / _width) * K * _width) + (nint)(column % _width);
        for (nint p = 0; p < K; p++)
        {
            nint at = first + (p * _width);
            values[p] = Format switch
            {
                PanelFormat.Float32 => ((float*)_memory.Pointer)[at],
                PanelFormat.BFloat16 => ((BFloat16*)_memory.Pointer)[at],
                _ => (float)((Half*)_memory.Pointer)[at],
            };
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the packed values.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>Whether no value has an exponent of all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreFinite(ushort* halves, nint count)
    {
        Vector256<ushort> exponent = Vector256.Create((ushort)0x7c00), special = Vector256<ushort>.Zero;
        nint i = 0;
        for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            special |= Vector256.Equals(Vector256.Load(halves + i) & exponent, exponent);
        }

        bool areFinite = special == Vector256<ushort>.Zero;
        for (; i < count; i++)
        {
            areFinite &= (halves[i] & 0x7c00) != 0x7c00;
        }

        return areFinite;
    }

    private static void PackPanels<T>(T* source, T* target, nint stride, int n, int k, bool transB, int width, int begin, int end)
        where T : unmanaged
    {
        using var scratch = new KernelScratch(sizeof(T) == sizeof(ushort) ? ((nint)k / 2 * width) + GemmPacking.Slack : 0);
        for (int panel = begin; panel < end; panel++)
        {
            T* to = target + ((nint)panel * width * k);
            int valid = Math.Min(width, n - (panel * width));
            T* from = source + ((nint)panel * width * (transB ? stride : 1));
            int done = transB && valid == width ? PackRows(from, to, stride, k, width, scratch.Floats) : 0;
            PackSteps(from, to, stride, k, transB, width, valid, done);
        }
    }

    /// <summary>Packs whole rows with vectors; returns the steps of k that are done.</summary>
    private static int PackRows<T>(T* from, T* to, nint stride, int k, int width, float* scratch)
        where T : unmanaged
    {
        if (sizeof(T) == sizeof(float))
        {
            GemmPacking.Transpose<Vec256>((float*)from, stride, width, width, k, (float*)to);
            return k;
        }

        if (stride % 2 != 0 || (nint)from % sizeof(float) != 0)
        {
            return 0;
        }

        // Two neighbours of a row travel as one float and are parted on arrival.
        int pairs = k / 2;
        GemmPacking.Transpose<Vec256>((float*)from, stride / 2, width, width, pairs, scratch);
        PartPairs((uint*)scratch, pairs, width, (ushort*)to);
        return 2 * pairs;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PartPairs(uint* source, int pairs, int width, ushort* target)
    {
        Vector128<uint> low = Vector128.Create(0xffffu);
        for (; pairs > 0; pairs--)
        {
            for (int i = 0; i < width; i += 8)
            {
                Vector128<uint> a = Vector128.Load(source + i), b = Vector128.Load(source + i + 4);
                Vector128.Narrow(a & low, b & low).Store(target + i);
                Vector128.Narrow(a >>> 16, b >>> 16).Store(target + width + i);
            }

            source += width;
            target += 2 * width;
        }
    }

    private static void PackSteps<T>(T* from, T* to, nint stride, int k, bool transB, int width, int valid, int done)
        where T : unmanaged
    {
        nint laneStep = transB ? stride : 1, depthStep = transB ? 1 : stride;
        from += done * depthStep;
        to += (nint)done * width;
        for (int p = done; p < k; p++)
        {
            for (int i = 0; i < valid; i++)
            {
                to[i] = from[i * laneStep];
            }

            for (int i = valid; i < width; i++)
            {
                to[i] = default;
            }

            to += width;
            from += depthStep;
        }
    }

    // Apart from Multiply, so that a product on one thread allocates no closure.
    private void RunParts(GemmOperands g, int threads, int units, bool byPanels) =>
        ComputeThreads.Pool.Run(threads, part =>
        {
            int begin = (int)((long)units * part / threads), end = (int)((long)units * (part + 1) / threads);
            if (byPanels)
            {
                GemmOperands slice = g;
                slice.N = Math.Min(g.N, end * _width) - (begin * _width);
                slice.C += begin * _width;
                slice.D = g.D == null ? null : g.D + (begin * _width);
                Run(slice, begin);
            }
            else
            {
                Run(g.Slice(begin, end, 0, g.N), 0);
            }
        });

    private void Run(in GemmOperands g, int firstPanel)
    {
        byte* b = _memory.Pointer + ((nint)firstPanel * K * _width * ElementBytes);
        switch (_level)
        {
            case SimdLevel.Vector512:
                Run<Vec512>(g, b);
                break;
            case SimdLevel.Vector256:
                Run<Vec256>(g, b);
                break;
            default:
                Run<Vec128>(g, b);
                break;
        }
    }

    private void Run<V>(in GemmOperands g, byte* b)
        where V : struct, ISimdVector<V>
    {
        switch (Format)
        {
            case PanelFormat.Float32:
                PackedGemm<V, PanelFloat32>.Run(g, b);
                break;
            case PanelFormat.BFloat16:
                PackedGemm<V, PanelBFloat16>.Run(g, b);
                break;
            default:
                if (_isFinite)
                {
                    PackedGemm<V, PanelFiniteFloat16>.Run(g, b);
                }
                else
                {
                    PackedGemm<V, PanelFloat16>.Run(g, b);
                }

                break;
        }
    }
}
