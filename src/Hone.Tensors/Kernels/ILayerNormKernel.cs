namespace Hone.Tensors.Kernels;

/// <summary>Layer normalisation of rows.</summary>
/// <remarks><c>y = (x − mean)·r·weight + bias</c>, <c>r = 1/√(mean((x − mean)²) + eps)</c>. Source: arXiv:1607.06450.</remarks>
internal unsafe interface ILayerNormKernel
{
    /// <summary>Normalises <paramref name="rows"/> contiguous rows.</summary>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="weight"><c>[columns]</c>, or null for none.</param>
    /// <param name="bias"><c>[columns]</c>, or null for none.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="y">Result; may be <paramref name="x"/>.</param>
    /// <param name="mean">Receives the mean of each row, or null.</param>
    /// <param name="rstd">Receives <c>r</c> of each row, or null.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void Forward(float* x, float* weight, float* bias, float eps, float* y, float* mean, float* rstd, long rows, long columns);

    /// <summary>Gradients of <see cref="Forward"/>; each target may be null, <paramref name="dx"/> may be <paramref name="dy"/>.</summary>
    /// <remarks>The sums over rows (<paramref name="dWeight"/>, <paramref name="dBias"/>) have the same bits for every thread count.</remarks>
    void Backward(
        float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, float* dWeight, float* dBias, long rows, long columns);
}
