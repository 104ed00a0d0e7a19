using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

public sealed unsafe class DgemmTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Multiply_OddSizesAndStrides_MatchesReference(bool transA, bool transB)
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(1, 1, 1), (3, 5, 7), (4, 4, 4), (9, 13, 0), (17, 33, 65), (64, 70, 50)])
        {
            foreach (bool accumulate in (bool[])[false, true])
            {
                int lda = (transA ? m : k) + 2, ldb = (transB ? k : n) + 1, ldc = n + 3;
                double[] a = Values(lda * Math.Max(m, k), 0.37), b = Values(ldb * Math.Max(n, k), 0.73), initial = Values(ldc * m, 0.11);
                double[] expected = (double[])initial.Clone();
                fixed (double* pa = a, pb = b, pe = expected)
                {
                    GemmReference.Multiply(transA, transB, m, n, k, pa, lda, pb, ldb, pe, ldc, accumulate);
                    foreach (int threads in (int[])[1, 2, 7])
                    {
                        using IDisposable use = ComputeThreads.Use(threads);
                        double[] c = (double[])initial.Clone();
                        fixed (double* pc = c)
                        {
                            Dgemm.Multiply(transA, transB, m, n, k, pa, lda, pb, ldb, pc, ldc, accumulate);
                        }

                        for (int i = 0; i < c.Length; i++)
                        {
                            // |a|, |b| <= 1: Σ|a·b| <= k + 1, times (k + 2)·2^-53 for each of the two sums compared.
                            double tolerance = i % ldc < n ? 2 * (k + 1) * (k + 2) * Math.Pow(2, -53) : 0;
                            Assert.Equal(expected[i], c[i], tolerance);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Multiply_TwoByTwo_MatchesHandComputation()
    {
        double[] a = [1, 2, 3, 4], b = [5, 6, 7, 8], c = new double[4];
        fixed (double* pa = a, pb = b, pc = c)
        {
            Dgemm.Multiply(false, true, 2, 2, 2, pa, 2, pb, 2, pc, 2);
        }

        Assert.Equal([17, 23, 39, 53], c); // 1·5+2·6, 1·7+2·8; 3·5+4·6, 3·7+4·8
    }

    private static double[] Values(int count, double step)
    {
        var values = new double[Math.Max(1, count)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sin((i + 1) * step);
        }

        return values;
    }
}
