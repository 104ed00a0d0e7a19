namespace Hone.Tensors.Kernels;

/// <summary>Copies a matrix with its two dimensions exchanged.</summary>
internal unsafe interface ITransposeKernel
{
    /// <summary><c>y[c, r] = x[r, c]</c>; the ranges do not overlap.</summary>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="xStride">Elements between rows of <paramref name="x"/>.</param>
    /// <param name="y"><c>[columns, rows]</c>.</param>
    /// <param name="yStride">Elements between rows of <paramref name="y"/>.</param>
    /// <param name="rows">Rows of <paramref name="x"/>.</param>
    /// <param name="columns">Columns of <paramref name="x"/>.</param>
    /// <param name="elementSizeBytes">1, 2, 4 or 8.</param>
    void Transpose(void* x, long xStride, void* y, long yStride, long rows, long columns, int elementSizeBytes);
}
