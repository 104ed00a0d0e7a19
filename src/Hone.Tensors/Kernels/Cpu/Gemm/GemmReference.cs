namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Matrix products as their definition reads, summed in f64: the oracle of the fast ones.</summary>
internal static unsafe class GemmReference
{
    /// <summary>f32 in and out; parameters as in <see cref="Sgemm.Multiply"/>.</summary>
    public static void Multiply(
        bool transA, bool transB, int m, int n, int k, float* a, nint lda, float* b, nint ldb, float* c, nint ldc, bool accumulate = false, float* bias = null)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = (accumulate ? c[i * ldc + j] : 0) + (bias == null ? 0.0 : bias[j]);
                for (int p = 0; p < k; p++)
                {
                    sum += (double)(transA ? a[p * lda + i] : a[i * lda + p]) * (transB ? b[j * ldb + p] : b[p * ldb + j]);
                }

                c[i * ldc + j] = (float)sum;
            }
        }
    }
}
