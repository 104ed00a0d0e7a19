namespace Hone.Tensors.Kernels;

/// <summary>A frozen right operand laid out for a device's products.</summary>
internal unsafe interface IPackedProduct : IDisposable
{
    /// <summary>Columns of the products' results.</summary>
    int Columns { get; }

    /// <summary>Bytes held.</summary>
    long SizeBytes { get; }

    /// <summary><c>C[m, n] = A[m, k]·B</c>, plus a bias row when given; a row of C depends on that row of A alone.</summary>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="a">First element of A, rows contiguous.</param>
    /// <param name="c">First element of C; does not overlap A.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="bias">n values added to every row, or <see langword="null"/>.</param>
    void Multiply(int m, float* a, float* c, nint ldc, float* bias);

    /// <summary>One column of B in f32: a row of the weight when it was packed for the forward direction.</summary>
    /// <param name="column">Below <see cref="Columns"/>.</param>
    /// <param name="values">Receives k values.</param>
    void ReadColumn(long column, float* values);
}
