namespace Hone.Tensors.Kernels;

/// <summary>A frozen right operand laid out for a device's products.</summary>
internal unsafe interface IPackedProduct : IDisposable
{
    /// <summary>Bytes held.</summary>
    long SizeBytes { get; }

    /// <summary><c>C[m, n] = A[m, k]·B</c>, plus a bias row when given; a row of C depends on that row of A alone.</summary>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="a">First element of A, rows contiguous.</param>
    /// <param name="c">First element of C, rows contiguous; does not overlap A.</param>
    /// <param name="bias">n values added to every row, or <see langword="null"/>.</param>
    void Multiply(int m, float* a, float* c, float* bias);
}
