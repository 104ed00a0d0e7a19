using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Products of at most <see cref="MaxRows"/> rows with a row-major B: B is read once, in order, where it lies.</summary>
/// <remarks>Packing B would cost more than the product. The sums are those of <see cref="BlockedGemm{V}"/>, bit for bit.</remarks>
internal static unsafe class StreamedGemm<V>
    where V : struct, ISimdVector<V>
{
    /// <summary>Most rows: with more, packing B costs less than the broadcasts of A (measured at 8 rows: 30.6 against 32.0 GFLOP/s).</summary>
    public const int MaxRows = 4;

    // The sums of all rows for a chunk of columns stay in half of a 32 KiB L1 cache.
    private const int SumsAtOnce = 4096;

    /// <summary>Carries out <paramref name="g"/>, whose B is not transposed.</summary>
    public static void Run(in GemmOperands g)
    {
        StreamKernel kernel = MicroKernels<V, PanelFloat32>.Stream[g.M];
        int chunk = Math.Min(g.N, SumsAtOnce / g.M / 16 * 16);
        int stride = (chunk + 15) / 16 * 16;
        int blocks = GemmBlocking.DepthBlocks(g.K);
        float* steps = stackalloc float[MaxRows * StreamKernel.Steps];
        float* sums = GemmScratch.Get((nint)stride * g.M);
        for (int column = 0; column < g.N; column += chunk)
        {
            int columns = Math.Min(chunk, g.N - column);
            for (int block = 0; block < blocks; block++)
            {
                int k0 = GemmBlocking.DepthStart(g.K, blocks, block);
                int end = GemmBlocking.DepthStart(g.K, blocks, block + 1);
                new Span<float>(sums, stride * g.M).Clear();
                int k = k0;
                for (; k + StreamKernel.Steps <= end; k += StreamKernel.Steps)
                {
                    Gather(g, k, steps);
                    kernel.Entry(columns, steps, g.B + k * g.Ldb + column, g.Ldb, sums, stride);
                }

                AddRest(g, k, end, column, columns, sums, stride);
                Finish(g, block, column, columns, sums, stride);
            }
        }
    }

    private static void Gather(in GemmOperands g, int k, float* steps)
    {
        nint rowStep = g.TransA ? 1 : g.Lda, depthStep = g.TransA ? g.Lda : 1;
        float* a = g.A + k * depthStep;
        for (int row = 0; row < g.M; row++)
        {
            for (nint p = 0; p < StreamKernel.Steps; p++)
            {
                *steps++ = a[p * depthStep];
            }

            a += rowStep;
        }
    }

    private static void AddRest(in GemmOperands g, int k, int end, int column, int columns, float* sums, int stride)
    {
        for (; k < end; k++)
        {
            float* b = g.B + k * g.Ldb + column;
            for (int row = 0; row < g.M; row++)
            {
                float a = g.TransA ? g.A[k * g.Lda + row] : g.A[row * g.Lda + k];
                float* sum = sums + row * stride;
                int j = 0;
                for (V x = V.Splat(a); j + V.Count <= columns; j += V.Count)
                {
                    V.Store(V.MultiplyAdd(x, V.Load(b + j), V.Load(sum + j)), sum + j);
                }

                for (; j < columns; j++)
                {
                    sum[j] = float.MultiplyAddEstimate(a, b[j], sum[j]);
                }
            }
        }
    }

    private static void Finish(in GemmOperands g, int block, int column, int columns, float* sums, int stride)
    {
        for (int row = 0; row < g.M; row++)
        {
            float* c = g.C + row * g.Ldc + column;
            float* d = block > 0 ? c : g.D == null ? null : g.D + row * g.Ldd + column;
            float* sum = sums + row * stride;
            int j = 0;
            for (; j + V.Count <= columns; j += V.Count)
            {
                V.Store(d == null ? V.Load(sum + j) : V.Load(d + j) + V.Load(sum + j), c + j);
            }

            for (; j < columns; j++)
            {
                c[j] = d == null ? sum[j] : d[j] + sum[j];
            }
        }
    }
}
