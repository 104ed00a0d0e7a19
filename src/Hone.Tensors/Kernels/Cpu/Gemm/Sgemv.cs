using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Products of a single row with B as it lies in memory: bound by reading B, so nothing is packed.</summary>
internal static unsafe class Sgemv<V>
    where V : struct, ISimdVector<V>
{
    // A depth block's sums for this many columns stay in the L1 cache (16 KiB).
    private const int ColumnsAtOnce = 4096;

    /// <summary>Carries out <paramref name="g"/>, which has one row, contiguous in A.</summary>
    public static void Run(in GemmOperands g)
    {
        if (g.TransB)
        {
            Dots(g);
        }
        else
        {
            Axpys(g);
        }
    }

    /// <summary>B stored [n, k]: dot products of four rows of B at a time, lanes over k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots(in GemmOperands g)
    {
        int j = 0;
        for (; j + 4 <= g.N; j += 4)
        {
            float* b0 = g.B + j * g.Ldb;
            float* b1 = b0 + g.Ldb;
            float* b2 = b1 + g.Ldb;
            float* b3 = b2 + g.Ldb;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, t0 = V.Zero, t1 = V.Zero, t2 = V.Zero, t3 = V.Zero;
            float* a = g.A;
            nint p = 0;
            for (; p + 2 * V.Count <= g.K; p += 2 * V.Count)
            {
                V x = V.Load(a + p), y = V.Load(a + p + V.Count);
                s0 = V.MultiplyAdd(x, V.Load(b0 + p), s0);
                t0 = V.MultiplyAdd(y, V.Load(b0 + p + V.Count), t0);
                s1 = V.MultiplyAdd(x, V.Load(b1 + p), s1);
                t1 = V.MultiplyAdd(y, V.Load(b1 + p + V.Count), t1);
                s2 = V.MultiplyAdd(x, V.Load(b2 + p), s2);
                t2 = V.MultiplyAdd(y, V.Load(b2 + p + V.Count), t2);
                s3 = V.MultiplyAdd(x, V.Load(b3 + p), s3);
                t3 = V.MultiplyAdd(y, V.Load(b3 + p + V.Count), t3);
            }

            float r0 = V.Sum(s0 + t0), r1 = V.Sum(s1 + t1), r2 = V.Sum(s2 + t2), r3 = V.Sum(s3 + t3);
            for (; p < g.K; p++)
            {
                r0 = MultiplyAdd(a[p], b0[p], r0);
                r1 = MultiplyAdd(a[p], b1[p], r1);
                r2 = MultiplyAdd(a[p], b2[p], r2);
                r3 = MultiplyAdd(a[p], b3[p], r3);
            }

            Store(g, j, r0);
            Store(g, j + 1, r1);
            Store(g, j + 2, r2);
            Store(g, j + 3, r3);
        }

        for (; j < g.N; j++)
        {
            Store(g, j, Dot(g.A, g.B + j * g.Ldb, g.K));
        }
    }

    /// <summary>The same sums in the same order for one row of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* a, float* b, nint k)
    {
        V s = V.Zero, t = V.Zero;
        nint p = 0;
        for (; p + 2 * V.Count <= k; p += 2 * V.Count)
        {
            s = V.MultiplyAdd(V.Load(a + p), V.Load(b + p), s);
            t = V.MultiplyAdd(V.Load(a + p + V.Count), V.Load(b + p + V.Count), t);
        }

        float sum = V.Sum(s + t);
        for (; p < k; p++)
        {
            sum = MultiplyAdd(a[p], b[p], sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in GemmOperands g, int column, float sum) => g.C[column] = g.D == null ? sum : g.D[column] + sum;

    /// <summary>B stored [k, n]: eight rows of B at a time onto a row of sums, with the sums of the blocked product.</summary>
    private static void Axpys(in GemmOperands g)
    {
        int blocks = GemmBlocking.DepthBlocks(g.K);
        float* sums = GemmScratch.Get(Math.Min(g.N, ColumnsAtOnce));
        for (int column = 0; column < g.N; column += ColumnsAtOnce)
        {
            int columns = Math.Min(ColumnsAtOnce, g.N - column);
            for (int block = 0; block < blocks; block++)
            {
                int k0 = GemmBlocking.DepthStart(g.K, blocks, block);
                int depth = GemmBlocking.DepthStart(g.K, blocks, block + 1) - k0;
                float* b = g.B + k0 * g.Ldb + column;
                new Span<float>(sums, columns).Clear();
                int p = 0;
                for (; p + 8 <= depth; p += 8)
                {
                    AddRows(g.A + k0 + p, b + p * g.Ldb, g.Ldb, columns, sums);
                }

                for (; p < depth; p++)
                {
                    AddRow(g.A[k0 + p], b + p * g.Ldb, columns, sums);
                }

                float* d = block > 0 ? g.C : g.D;
                for (int j = 0; j < columns; j++)
                {
                    g.C[column + j] = d == null ? sums[j] : d[column + j] + sums[j];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(float* a, float* b, nint ldb, int columns, float* sums)
    {
        V x0 = V.Splat(a[0]), x1 = V.Splat(a[1]), x2 = V.Splat(a[2]), x3 = V.Splat(a[3]);
        V x4 = V.Splat(a[4]), x5 = V.Splat(a[5]), x6 = V.Splat(a[6]), x7 = V.Splat(a[7]);
        float* b3 = b + 3 * ldb;
        float* b6 = b + 6 * ldb;
        nint s1 = ldb * sizeof(float), s2 = 2 * s1;
        nint j = 0;
        for (; j + V.Count <= columns; j += V.Count)
        {
            V sum = V.Load(sums + j);
            sum = V.MultiplyAdd(x0, V.Load(b + j), sum);
            sum = V.MultiplyAdd(x1, V.Load((float*)((byte*)(b + j) + s1)), sum);
            sum = V.MultiplyAdd(x2, V.Load((float*)((byte*)(b + j) + s2)), sum);
            sum = V.MultiplyAdd(x3, V.Load(b3 + j), sum);
            sum = V.MultiplyAdd(x4, V.Load((float*)((byte*)(b3 + j) + s1)), sum);
            sum = V.MultiplyAdd(x5, V.Load((float*)((byte*)(b3 + j) + s2)), sum);
            sum = V.MultiplyAdd(x6, V.Load(b6 + j), sum);
            sum = V.MultiplyAdd(x7, V.Load((float*)((byte*)(b6 + j) + s1)), sum);
            V.Store(sum, sums + j);
        }

        for (; j < columns; j++)
        {
            for (nint p = 0; p < 8; p++)
            {
                sums[j] = MultiplyAdd(a[p], b[p * ldb + j], sums[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow(float a, float* b, int columns, float* sums)
    {
        V x = V.Splat(a);
        nint j = 0;
        for (; j + V.Count <= columns; j += V.Count)
        {
            V.Store(V.MultiplyAdd(x, V.Load(b + j), V.Load(sums + j)), sums + j);
        }

        for (; j < columns; j++)
        {
            sums[j] = MultiplyAdd(a, b[j], sums[j]);
        }
    }

    // Fused where the vector form is, so that a column rounds the same wherever the thread split puts it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);
}
