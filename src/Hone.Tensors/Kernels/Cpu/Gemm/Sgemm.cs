using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>f32 matrix products on the CPU; row-major, either operand transposed.</summary>
/// <remarks>
/// Every element of C is <c>start + s₁ + s₂ + …</c> with one fused sum <c>s</c> per depth block (<see cref="GemmBlocking"/>), so the
/// result is the same bytes for every thread count, every vector width with fused multiply-add and every number of rows. The one
/// exception is a single row with a transposed B, which takes dot products over k instead; a <see cref="PackedMatrix"/> has none.
/// Pointers must be valid for the given shape and strides and C must not overlap A or B.
/// </remarks>
internal static unsafe class Sgemm
{
    private const int MinRowsPerThread = 32;

    // Below this many multiply-adds a thread, handing work over costs more than it saves: about 3 µs of one core's work.
    private const long MinWorkPerThread = 150_000;

    /// <summary>Computes <c>C = op(A)·op(B)</c>, plus C's old value or a bias row.</summary>
    /// <param name="transA">A is stored <c>[k, m]</c> (else <c>[m, k]</c>).</param>
    /// <param name="transB">B is stored <c>[n, k]</c> (else <c>[k, n]</c>).</param>
    /// <param name="m">Rows of C; 0 is allowed, as for the other sizes. With <paramref name="k"/> = 0 the product is zero.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">First element of A.</param>
    /// <param name="lda">Floats between stored rows of A.</param>
    /// <param name="b">First element of B.</param>
    /// <param name="ldb">Floats between stored rows of B.</param>
    /// <param name="c">First element of C; only the m × n elements are written.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    /// <param name="bias">n values added to every row, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or a stride shorter than a row.</exception>
    public static void Multiply(
        bool transA, bool transB, int m, int n, int k, float* a, nint lda, float* b, nint ldb, float* c, nint ldc, bool accumulate = false, float* bias = null)
    {
        Check(transA, transB, m, n, k, lda, ldb, ldc);
        if (m == 0 || n == 0)
        {
            return;
        }

        var operands = new GemmOperands
        {
            TransA = transA, TransB = transB, M = m, N = n, K = k, A = a, Lda = lda, B = b, Ldb = ldb, C = c, Ldc = ldc,
            IsSingleRow = m == 1 && (!transA || lda == 1),
        };
        if (accumulate && bias != null)
        {
            AddBias(operands, bias);
        }

        operands.D = accumulate ? c : bias;
        operands.Ldd = accumulate ? ldc : 0;
        Split(operands);
    }

    /// <summary><see cref="Multiply"/> for <paramref name="batch"/> products whose operands lie a fixed distance apart.</summary>
    /// <param name="batch">Number of products.</param>
    /// <param name="transA">A is stored <c>[k, m]</c>.</param>
    /// <param name="transB">B is stored <c>[n, k]</c>.</param>
    /// <param name="m">Rows of each C.</param>
    /// <param name="n">Columns of each C.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">First element of the first A.</param>
    /// <param name="lda">Floats between stored rows of A.</param>
    /// <param name="strideA">Floats between one A and the next; 0 shares one.</param>
    /// <param name="b">First element of the first B.</param>
    /// <param name="ldb">Floats between stored rows of B.</param>
    /// <param name="strideB">Floats between one B and the next; 0 shares one.</param>
    /// <param name="c">First element of the first C; the products must not overlap.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="strideC">Floats between one C and the next.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or a stride shorter than a row.</exception>
    public static void MultiplyBatched(
        int batch, bool transA, bool transB, int m, int n, int k,
        float* a, nint lda, nint strideA, float* b, nint ldb, nint strideB, float* c, nint ldc, nint strideC, bool accumulate = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        Check(transA, transB, m, n, k, lda, ldb, ldc);
        if (batch == 0 || m == 0 || n == 0)
        {
            return;
        }

        var first = new GemmOperands
        {
            TransA = transA, TransB = transB, M = m, N = n, K = k, A = a, Lda = lda, B = b, Ldb = ldb, C = c, Ldc = ldc,
            D = accumulate ? c : null, Ldd = accumulate ? ldc : 0, IsSingleRow = m == 1 && (!transA || lda == 1),
        };
        int threads = ThreadsFor((long)m * n * k * batch);
        if (batch < threads)
        {
            for (int i = 0; i < batch; i++)
            {
                Split(Nth(first, i, strideA, strideB, strideC));
            }

            return;
        }

        SimdLevel level = SimdDispatch.Current;
        if (threads == 1)
        {
            RunRange(first, 0, batch, strideA, strideB, strideC, level);
            return;
        }

        ComputeThreads.Pool.Run(
            threads,
            part => RunRange(first, (int)((long)batch * part / threads), (int)((long)batch * (part + 1) / threads), strideA, strideB, strideC, level));
    }

    /// <summary>Throws for sizes and strides that no caller may pass.</summary>
    internal static void Check(bool transA, bool transB, int m, int n, int k, nint lda, nint ldb, nint ldc)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (m > 0 && n > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ldc, n);
            if (k > 0)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(lda, transA ? m : k);
                ArgumentOutOfRangeException.ThrowIfLessThan(ldb, transB ? k : n);
            }
        }
    }

    /// <summary>Threads worth waking for that many multiply-adds.</summary>
    internal static int ThreadsFor(long multiplyAdds) => (int)Math.Clamp(multiplyAdds / MinWorkPerThread, 1, ComputeThreads.Count);

    /// <summary>Adds a row to every row of C: the rare case of a bias together with accumulation.</summary>
    internal static void AddBias(in GemmOperands g, float* bias)
    {
        for (int i = 0; i < g.M; i++)
        {
            var row = new Span<float>(g.C + i * g.Ldc, g.N);
            for (int j = 0; j < row.Length; j++)
            {
                row[j] += bias[j];
            }
        }
    }

    private static GemmOperands Nth(in GemmOperands first, nint i, nint strideA, nint strideB, nint strideC)
    {
        GemmOperands g = first;
        g.A += i * strideA;
        g.B += i * strideB;
        g.C += i * strideC;
        g.D = g.D == null ? null : g.D + i * strideC;
        return g;
    }

    private static void RunRange(GemmOperands first, int begin, int end, nint strideA, nint strideB, nint strideC, SimdLevel level)
    {
        for (int i = begin; i < end; i++)
        {
            Run(Nth(first, i, strideA, strideB, strideC), level);
        }
    }

    private static void Split(GemmOperands g)
    {
        SimdLevel level = SimdDispatch.Current;
        int threads = ThreadsFor((long)g.M * g.N * g.K);
        if (threads == 1)
        {
            Run(g, level);
            return;
        }

        // Columns are split by whole panels where they are by far the longer side: each thread packs its own share of B and all of A.
        // Rows are split otherwise, and always for low ranks, whose time goes into C: a run of whole rows is what the hardware prefetches.
        const int Panel = 32;
        bool isShallow = g.K <= GemmBlocking.ShallowDepth && g.M >= MinRowsPerThread * threads;
        bool byColumns = g.N >= 2 * g.M && !isShallow;
        int units = byColumns ? (g.N + Panel - 1) / Panel : g.M;
        threads = Math.Min(threads, units);
        ComputeThreads.Pool.Run(
            threads,
            part =>
            {
                int begin = (int)((long)units * part / threads);
                int end = (int)((long)units * (part + 1) / threads);
                GemmOperands slice = byColumns ? g.Slice(0, g.M, begin * Panel, Math.Min(g.N, end * Panel)) : g.Slice(begin, end, 0, g.N);
                Run(slice, level);
            });
    }

    private static void Run(in GemmOperands g, SimdLevel level)
    {
        switch (level)
        {
            case SimdLevel.Vector512:
                Run<Vec512>(g);
                break;
            case SimdLevel.Vector256:
                Run<Vec256>(g);
                break;
            default:
                Run<Vec128>(g);
                break;
        }
    }

    private static void Run<V>(in GemmOperands g)
        where V : struct, ISimdVector<V>
    {
        if (g.IsSingleRow && g.TransB)
        {
            SingleRowDots<V>.Run(g);
        }
        else if (g.M <= StreamedGemm<V>.MaxRows && !g.TransB && g.N > 2 * V.Count)
        {
            StreamedGemm<V>.Run(g);
        }
        else
        {
            BlockedGemm<V>.Run(g);
        }
    }
}
