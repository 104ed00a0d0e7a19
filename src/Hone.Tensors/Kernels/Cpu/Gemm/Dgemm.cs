using System.Runtime.Intrinsics;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>f64 matrix products, for gradient checks: simple, each output summed over k in rising order on one thread.</summary>
internal static unsafe class Dgemm
{
    private const int RowBlock = 4;
    private const long MinWorkPerThread = 100_000;

    /// <summary>Computes <c>C = op(A)·op(B)</c>, plus C's old value; row-major, strides in elements.</summary>
    /// <param name="transA">A is stored <c>[k, m]</c> (else <c>[m, k]</c>).</param>
    /// <param name="transB">B is stored <c>[n, k]</c> (else <c>[k, n]</c>).</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the sums; 0 gives a zero product.</param>
    /// <param name="a">First element of A.</param>
    /// <param name="lda">Elements between stored rows of A.</param>
    /// <param name="b">First element of B.</param>
    /// <param name="ldb">Elements between stored rows of B.</param>
    /// <param name="c">First element of C, which must not overlap A or B.</param>
    /// <param name="ldc">Elements between rows of C.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or a stride shorter than a row.</exception>
    public static void Multiply(
        bool transA, bool transB, int m, int n, int k, double* a, nint lda, double* b, nint ldb, double* c, nint ldc, bool accumulate = false)
    {
        Sgemm.Check(transA, transB, m, n, k, lda, ldb, ldc);
        if (m == 0 || n == 0)
        {
            return;
        }

        long rowsPerThread = Math.Max(1, MinWorkPerThread / Math.Max(1, (long)n * k));
        ComputeThreads.ForRange(m, rowsPerThread, (begin, end) =>
        {
            for (int i = (int)begin; i < end; i++)
            {
                var row = new Span<double>(c + i * ldc, n);
                if (!accumulate)
                {
                    row.Clear();
                }

                double* left = transA ? a + i : a + i * lda;
                nint leftStep = transA ? lda : 1;
                if (transB)
                {
                    Dots(left, leftStep, b, ldb, k, row);
                }
                else
                {
                    Axpys(left, leftStep, b, ldb, k, row);
                }
            }
        });
    }

    private static void Dots(double* left, nint leftStep, double* b, nint ldb, int k, Span<double> row)
    {
        for (int j = 0; j < row.Length; j += RowBlock)
        {
            int count = Math.Min(RowBlock, row.Length - j);
            double* b0 = b + j * ldb;
            double* b1 = count > 1 ? b0 + ldb : b0;
            double* b2 = count > 2 ? b0 + 2 * ldb : b0;
            double* b3 = count > 3 ? b0 + 3 * ldb : b0;
            double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (nint p = 0; p < k; p++)
            {
                double x = left[p * leftStep];
                s0 += x * b0[p];
                s1 += x * b1[p];
                s2 += x * b2[p];
                s3 += x * b3[p];
            }

            ReadOnlySpan<double> sums = [s0, s1, s2, s3];
            for (int i = 0; i < count; i++)
            {
                row[j + i] += sums[i];
            }
        }
    }

    private static void Axpys(double* left, nint leftStep, double* b, nint ldb, int k, Span<double> row)
    {
        fixed (double* c = row)
        {
            for (nint p = 0; p < k; p++)
            {
                double x = left[p * leftStep];
                double* line = b + p * ldb;
                int j = 0;
                for (; j <= row.Length - 4; j += 4)
                {
                    (Vector256.Load(c + j) + x * Vector256.Load(line + j)).Store(c + j);
                }

                for (; j < row.Length; j++)
                {
                    c[j] += x * line[j];
                }
            }
        }
    }
}
