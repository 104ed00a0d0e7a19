namespace Hone.Tensors.Kernels;

/// <summary>Reductions of contiguous rows to one value each, and of all rows to one row; the same bits for every thread count.</summary>
internal unsafe interface IReductionKernel
{
    /// <summary><c>y[r]</c> = the reduction of row <c>r</c> of <c>x [rows, columns]</c>.</summary>
    void Rows(RowReduction reduction, float* x, float* y, long rows, long columns);

    /// <summary>Index of the first largest element of each row; the first NaN counts as largest, as in PyTorch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is empty.</exception>
    void ArgMax(float* x, long* y, long rows, long columns);

    /// <summary><c>y[c] = Σ_r x[r, c]</c>: the gradient of a bias.</summary>
    void SumColumns(float* x, float* y, long rows, long columns);
}
