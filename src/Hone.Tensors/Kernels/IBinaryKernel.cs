namespace Hone.Tensors.Kernels;

/// <summary>Maps a function of two numbers over rows of f32 elements, with broadcasting.</summary>
internal unsafe interface IBinaryKernel
{
    /// <summary><c>y[r, c] = f(a[r, c], b[r, c])</c> into contiguous rows.</summary>
    /// <param name="function">The function.</param>
    /// <param name="a">Left operand.</param>
    /// <param name="aRowStride">Elements from one row of <paramref name="a"/> to the next; 0 when its one row serves all.</param>
    /// <param name="aIsScalar">Whether each row of <paramref name="a"/> is a single value that serves all columns.</param>
    /// <param name="b">Right operand.</param>
    /// <param name="bRowStride">As <paramref name="aRowStride"/>.</param>
    /// <param name="bIsScalar">As <paramref name="aIsScalar"/>.</param>
    /// <param name="y">Result, <c>[rows, columns]</c> without gaps; may be an operand of the same layout.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void Run(BinaryFunction function, float* a, long aRowStride, bool aIsScalar, float* b, long bRowStride, bool bIsScalar, float* y, long rows, long columns);
}
