using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>A single row times a transposed B where it lies: dot products, lanes over k, bound by reading B.</summary>
internal static unsafe class SingleRowDots<V>
    where V : struct, ISimdVector<V>
{
    /// <summary>Carries out <paramref name="g"/>, whose only row is contiguous in A. Eight rows of B at a time: memory answers many streams sooner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in GemmOperands g)
    {
        int j = 0;
        float* a = g.A;
        nint s1 = g.Ldb * sizeof(float), s2 = 2 * s1;
        for (; j + 8 <= g.N; j += 8)
        {
            float* b0 = g.B + j * g.Ldb;
            float* b3 = b0 + 3 * g.Ldb;
            float* b6 = b0 + 6 * g.Ldb;
            V t0 = V.Zero, t1 = V.Zero, t2 = V.Zero, t3 = V.Zero, t4 = V.Zero, t5 = V.Zero, t6 = V.Zero, t7 = V.Zero;
            nint p = 0;
            for (; p + V.Count <= g.K; p += V.Count)
            {
                V x = V.Load(a + p);
                t0 = V.MultiplyAdd(x, V.Load(b0 + p), t0);
                t1 = V.MultiplyAdd(x, V.Load((float*)((byte*)(b0 + p) + s1)), t1);
                t2 = V.MultiplyAdd(x, V.Load((float*)((byte*)(b0 + p) + s2)), t2);
                t3 = V.MultiplyAdd(x, V.Load(b3 + p), t3);
                t4 = V.MultiplyAdd(x, V.Load((float*)((byte*)(b3 + p) + s1)), t4);
                t5 = V.MultiplyAdd(x, V.Load((float*)((byte*)(b3 + p) + s2)), t5);
                t6 = V.MultiplyAdd(x, V.Load(b6 + p), t6);
                t7 = V.MultiplyAdd(x, V.Load((float*)((byte*)(b6 + p) + s1)), t7);
            }

            float r0 = V.Sum(t0);
            float r1 = V.Sum(t1);
            float r2 = V.Sum(t2);
            float r3 = V.Sum(t3);
            float r4 = V.Sum(t4);
            float r5 = V.Sum(t5);
            float r6 = V.Sum(t6);
            float r7 = V.Sum(t7);
            for (; p < g.K; p++)
            {
                float x = a[p];
                r0 = MultiplyAdd(x, *(b0 + p), r0);
                r1 = MultiplyAdd(x, *((float*)((byte*)(b0 + p) + s1)), r1);
                r2 = MultiplyAdd(x, *((float*)((byte*)(b0 + p) + s2)), r2);
                r3 = MultiplyAdd(x, *(b3 + p), r3);
                r4 = MultiplyAdd(x, *((float*)((byte*)(b3 + p) + s1)), r4);
                r5 = MultiplyAdd(x, *((float*)((byte*)(b3 + p) + s2)), r5);
                r6 = MultiplyAdd(x, *(b6 + p), r6);
                r7 = MultiplyAdd(x, *((float*)((byte*)(b6 + p) + s1)), r7);
            }

            Store(g, j, r0);
            Store(g, j + 1, r1);
            Store(g, j + 2, r2);
            Store(g, j + 3, r3);
            Store(g, j + 4, r4);
            Store(g, j + 5, r5);
            Store(g, j + 6, r6);
            Store(g, j + 7, r7);
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
        V s = V.Zero;
        nint p = 0;
        for (; p + V.Count <= k; p += V.Count)
        {
            s = V.MultiplyAdd(V.Load(a + p), V.Load(b + p), s);
        }

        float sum = V.Sum(s);
        for (; p < k; p++)
        {
            sum = MultiplyAdd(a[p], b[p], sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in GemmOperands g, int column, float sum) => g.C[column] = g.D == null ? sum : g.D[column] + sum;

    // Fused where the vector form is, so that a column rounds the same wherever the thread split puts it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);
}
