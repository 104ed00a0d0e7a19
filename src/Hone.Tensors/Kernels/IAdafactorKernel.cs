namespace Hone.Tensors.Kernels;

/// <summary>The three passes of an Adafactor step over one contiguous f32 matrix; the same bits for every thread count.</summary>
internal unsafe interface IAdafactorKernel
{
    /// <summary>Sums of squares of each row of <c>g [rows, columns]</c> and of each column.</summary>
    void SquareSums(float* g, float* rowSums, float* columnSums, int rows, int columns);

    /// <summary><c>Σ (rowFactors[i]·columnFactors[j]·g[i, j])²</c>.</summary>
    double UpdateSquares(float* g, float* rowFactors, float* columnFactors, int rows, int columns);

    /// <summary><c>u = step·rowFactors[i]·columnFactors[j]·g</c>, <c>u ← m ← β1·m + (1 − β1)·u</c> with a first moment, <c>p ← keep·p − u</c>.</summary>
    void Update(in AdafactorUpdate update);
}
