using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

public sealed unsafe class SgemmTests
{
    public static TheoryData<int> Levels => [(int)SimdLevel.Vector128, (int)SimdLevel.Vector256, (int)SimdLevel.Vector512];

    private static IEnumerable<(bool TransA, bool TransB)> Layouts() => [(false, false), (false, true), (true, false), (true, true)];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Multiply_OddSizes_MatchesFloat64(int level)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        int cases = 0;
        foreach ((bool transA, bool transB) in Layouts())
        {
            foreach (int m in (int[])[1, 2, 3, 5, 6, 7, 13, 14, 15, 29, 40])
            {
                foreach (int n in (int[])[1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 70])
                {
                    int k = 1 + ((m * 7) + (n * 3)) % 40;
                    using var product = new ProductCase(transA, transB, m, n, k, cases % 3, cases % 2 == 0, cases % 5 == 0);
                    using GuardedMatrix c = product.Multiply();
                    product.AssertCorrect(c, $"{(SimdLevel)level}");
                    cases++;
                }
            }
        }

        Assert.Equal(4 * 11 * 15, cases);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Multiply_EveryDepthTo40_MatchesFloat64(int level)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        foreach ((bool transA, bool transB) in Layouts())
        {
            for (int k = 1; k <= 40; k++)
            {
                using var product = new ProductCase(transA, transB, 9, 67, k, 1, k % 2 == 0, false);
                using GuardedMatrix c = product.Multiply();
                product.AssertCorrect(c, $"{(SimdLevel)level}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Multiply_SeveralBlocksOfEachDimension_MatchesFloat64(int level)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        foreach ((bool transA, bool transB) in Layouts())
        {
            foreach ((int m, int n, int k) in ((int, int, int)[])
            [
                (37, 200, 900), (GemmBlocking.BlockRows + 5, 37, 100), (19, 131, 385), (64, 16, 500), (50, 8, 500), (1, 300, 1000), (4, 33, 800),
            ])
            {
                foreach (bool accumulate in (bool[])[false, true])
                {
                    using var product = new ProductCase(transA, transB, m, n, k, 3, accumulate, !accumulate);
                    using GuardedMatrix c = product.Multiply();
                    product.AssertCorrect(c, $"{(SimdLevel)level}");
                }
            }
        }
    }

    [Fact]
    public void Multiply_MoreColumnsThanAWideBlock_MatchesFloat64()
    {
        foreach ((bool transA, bool transB) in Layouts())
        {
            using var product = new ProductCase(transA, transB, GemmBlocking.BlockRows + 3, GemmBlocking.WideColumns + 41, 20, 0, false, true);
            using GuardedMatrix c = product.Multiply();
            product.AssertCorrect(c, "wide");
        }
    }

    [Fact]
    public void Multiply_OneTwoAndSevenThreads_SameBits()
    {
        foreach ((bool transA, bool transB) in Layouts())
        {
            foreach ((int m, int n, int k) in ((int, int, int)[])[(97, 203, 400), (203, 97, 500), (512, 16, 300), (1, 3000, 400), (16, 576, 512), (5, 700, 300)])
            {
                using var product = new ProductCase(transA, transB, m, n, k, 1, true, false);
                GuardedMatrix? one = null;
                foreach (int threads in (int[])[1, 2, 7])
                {
                    using IDisposable use = ComputeThreads.Use(threads);
                    GuardedMatrix c = product.Multiply();
                    if (one is null)
                    {
                        product.AssertCorrect(c, "1 thread");
                        one = c;
                    }
                    else
                    {
                        c.AssertGuardsIntact($"{threads} threads {product}");
                        one.AssertSameBits(c, $"1 and {threads} threads {product}");
                        c.Dispose();
                    }
                }

                one!.Dispose(); // set in the first round
            }
        }
    }

    [Fact]
    public void Multiply_ZeroDepth_GivesZeroBiasOrOldValue()
    {
        using var plain = new ProductCase(false, true, 3, 5, 0, 1, false, false);
        using GuardedMatrix zero = plain.Multiply();
        Assert.Equal(0f, zero[2, 4]);

        using var withBias = new ProductCase(false, true, 3, 5, 0, 1, false, true);
        using GuardedMatrix bias = withBias.Multiply();
        Assert.Equal(withBias.Bias![0, 4], bias[2, 4]); // built with a bias

        using var accumulated = new ProductCase(false, true, 3, 5, 0, 1, true, false);
        using GuardedMatrix old = accumulated.Multiply();
        Assert.Equal(accumulated.Initial[2, 4], old[2, 4]);
        old.AssertGuardsIntact("zero depth");
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    public void Multiply_EmptyResult_WritesNothing(int m, int n)
    {
        using var product = new ProductCase(false, false, m, n, 4, 2, false, false);
        using GuardedMatrix c = product.Multiply();

        c.AssertGuardsIntact("empty");
        c.AssertSameBits(product.Initial, "empty");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Multiply_ZeroTimesInfinity_IsNaNAndStaysInItsRowAndColumn(int level)
    {
        using SimdDispatch.Restore restore = SimdDispatch.Use((SimdLevel)level);
        foreach (int m in (int[])[1, 9])
        {
            using var product = new ProductCase(false, true, m, 21, 30, 0, false, false);
            for (int p = 0; p < 30; p++)
            {
                product.A[0, p] = 0;
            }

            product.B[7, 11] = float.PositiveInfinity;
            product.B[9, 3] = float.NaN;
            using GuardedMatrix c = product.Multiply();

            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < 21; j++)
                {
                    bool nan = j == 9 || (i == 0 && j == 7);
                    Assert.Equal(nan, float.IsNaN(c[i, j]));
                    Assert.Equal(i != 0 && j == 7, float.IsInfinity(c[i, j]));
                }
            }
        }
    }

    [Fact]
    public void MultiplyBatched_SharedAndSeparateOperands_MatchesSingleProducts()
    {
        const int Batch = 5, M = 11, N = 37, K = 53;
        using var a = new GuardedMatrix(Batch * M, K, 0);
        using var b = new GuardedMatrix(N, K, 0);
        a.Fill(5);
        b.Fill(6);
        foreach (int threads in (int[])[1, 2, 7])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            using var c = new GuardedMatrix(Batch * M, N, 2);
            Sgemm.MultiplyBatched(Batch, false, true, M, N, K, a.Pointer, K, M * K, b.Pointer, K, 0, c.Pointer, c.Stride, M * c.Stride);
            using var expected = new GuardedMatrix(Batch * M, N, 2);
            GemmReference.Multiply(false, true, Batch * M, N, K, a.Pointer, K, b.Pointer, K, expected.Pointer, expected.Stride);

            c.AssertGuardsIntact("batched");
            for (int i = 0; i < Batch * M; i++)
            {
                for (int j = 0; j < N; j++)
                {
                    // |a|, |b| < 2: Σ|a·b| < 4·53, times (53 + 2)·2^-24.
                    Assert.Equal(expected[i, j], c[i, j], 4.0 * K * (K + 2) * Math.Pow(2, -24));
                }
            }
        }
    }

    [Fact]
    public void Multiply_StrideShorterThanARow_Throws()
    {
        float* x = stackalloc float[64];
        Assert.Throws<ArgumentOutOfRangeException>(() => Call(x, lda: 3, ldb: 4, ldc: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Call(x, lda: 4, ldb: 3, ldc: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Call(x, lda: 4, ldb: 4, ldc: 3));

        static void Call(float* x, nint lda, nint ldb, nint ldc) => Sgemm.Multiply(false, false, 4, 4, 4, x, lda, x + 16, ldb, x + 32, ldc);
    }
}
