namespace Hone.Tensors.Kernels;

/// <summary>Sum of squares over tensors, for the norm that gradient clipping needs.</summary>
internal unsafe interface ISquaredNormKernel
{
    /// <summary><c>Σ x²</c> of <paramref name="count"/> contiguous elements, summed in f64 over blocks fixed by the count: the same bits for every thread count.</summary>
    double SumSquares(float* x, long count);
}
