namespace Hone.Tensors.Kernels;

/// <summary>f32 matrix products of row-major operands, either of them transposed.</summary>
internal unsafe interface IMatMulKernel
{
    /// <summary><c>C = op(A)·op(B)</c>, plus C's old value where asked, for <paramref name="batch"/> products whose operands lie a fixed distance apart.</summary>
    /// <param name="batch">Number of products.</param>
    /// <param name="transA">A is stored <c>[k, m]</c>, else <c>[m, k]</c>.</param>
    /// <param name="transB">B is stored <c>[n, k]</c>, else <c>[k, n]</c>.</param>
    /// <param name="m">Rows of each C.</param>
    /// <param name="n">Columns of each C.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">First element of the first A.</param>
    /// <param name="lda">Floats between stored rows of A.</param>
    /// <param name="strideA">Floats between one A and the next; 0 shares one.</param>
    /// <param name="b">First element of the first B.</param>
    /// <param name="ldb">Floats between stored rows of B.</param>
    /// <param name="strideB">Floats between one B and the next; 0 shares one.</param>
    /// <param name="c">First element of the first C, which overlaps neither A nor B.</param>
    /// <param name="strideC">Floats between one C and the next; rows of C are contiguous.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    void Multiply(
        int batch, bool transA, bool transB, int m, int n, int k, float* a, nint lda, nint strideA, float* b, nint ldb, nint strideB, float* c, nint strideC, bool accumulate);
}
