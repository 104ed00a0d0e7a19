using Hone.Tensors.Kernels.Cpu.Gemm;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

/// <summary>Operands of one product and its f64 result with the rounding error that f32 may add to each element.</summary>
internal sealed unsafe class ProductCase : IDisposable
{
    public ProductCase(bool transA, bool transB, int m, int n, int k, int padding, bool accumulate, bool withBias)
    {
        (TransA, TransB, M, N, K, Accumulate) = (transA, transB, m, n, k, accumulate);
        A = new GuardedMatrix(transA ? k : m, transA ? m : k, padding).Fill(1);
        B = new GuardedMatrix(transB ? n : k, transB ? k : n, padding).Fill(2);
        Initial = new GuardedMatrix(m, n, padding).Fill(3);
        Bias = withBias ? new GuardedMatrix(1, n, 0).Fill(4) : null;
    }

    public bool TransA { get; }

    public bool TransB { get; }

    public int M { get; }

    public int N { get; }

    public int K { get; }

    public bool Accumulate { get; }

    public GuardedMatrix A { get; }

    public GuardedMatrix B { get; }

    public GuardedMatrix Initial { get; }

    public GuardedMatrix? Bias { get; }

    public override string ToString() =>
        $"{(TransA ? 'T' : 'N')}{(TransB ? 'T' : 'N')} {M}x{N}x{K} stride +{Initial.Stride - N} accumulate {Accumulate} bias {Bias is not null}";

    public float* BiasPointer => Bias is null ? null : Bias.Pointer;

    public GuardedMatrix Multiply()
    {
        GuardedMatrix c = Initial.Clone();
        Sgemm.Multiply(TransA, TransB, M, N, K, A.Pointer, A.Stride, B.Pointer, B.Stride, c.Pointer, c.Stride, Accumulate, BiasPointer);
        return c;
    }

    /// <summary>Compares every element with the f64 sum.</summary>
    /// <remarks>
    /// Tolerance per element: an f32 sum of k products in any order errs by at most (k + 2)·u·Σ|a·b|, u = 2^-24 (Higham, section 3.1);
    /// start value and bias are terms of the sum. Every value here is exact in f32, so nothing else contributes.
    /// </remarks>
    public void AssertCorrect(GuardedMatrix c, string what)
    {
        c.AssertGuardsIntact($"{what} {this}");
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                double sum = Accumulate ? Initial[i, j] : 0;
                sum += Bias is null ? 0 : Bias[0, j];
                double magnitude = Math.Abs(Accumulate ? Initial[i, j] : 0) + Math.Abs(Bias is null ? 0 : Bias[0, j]);
                for (int p = 0; p < K; p++)
                {
                    double term = (double)(TransA ? A[p, i] : A[i, p]) * (TransB ? B[j, p] : B[p, j]);
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                double tolerance = (K + 2) * Math.Pow(2, -24) * magnitude;
                if (!(Math.Abs(c[i, j] - sum) <= tolerance))
                {
                    Assert.Fail($"{what} {this}: [{i}, {j}] is {c[i, j]:R}, f64 says {sum:R} ± {tolerance:E1}");
                }
            }
        }
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Initial.Dispose();
        Bias?.Dispose();
    }
}
