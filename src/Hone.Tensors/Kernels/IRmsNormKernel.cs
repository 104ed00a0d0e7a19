namespace Hone.Tensors.Kernels;

/// <summary>Root-mean-square normalisation of rows, optionally fused with the residual addition in front of it.</summary>
/// <remarks><c>h = x + residual</c>, <c>r = 1/√(mean(h²) + eps)</c>, <c>y = h · r · (weight + weightOffset)</c>. Source: arXiv:1910.07467.</remarks>
internal unsafe interface IRmsNormKernel
{
    /// <summary>Normalises <paramref name="rows"/> contiguous rows.</summary>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="residual"><c>[rows, columns]</c> added to <paramref name="x"/> first, or null.</param>
    /// <param name="weight"><c>[columns]</c>, or null for none.</param>
    /// <param name="weightOffset">Added to each weight: 0, or 1 for Gemma's zero-centred weights.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <param name="sum">Receives <c>x + residual</c>; null exactly when <paramref name="residual"/> is null. May be <paramref name="x"/> or <paramref name="residual"/>.</param>
    /// <param name="y">Result; may be <paramref name="x"/> when there is no residual.</param>
    /// <param name="rstd">Receives <c>r</c> of each row for the backward pass, or null.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void Forward(float* x, float* residual, float* weight, float weightOffset, float eps, float* sum, float* y, float* rstd, long rows, long columns);

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="h">What was normalised: <c>x</c>, or <c>x + residual</c>.</param>
    /// <param name="weight">As in the forward pass.</param>
    /// <param name="weightOffset">As in the forward pass.</param>
    /// <param name="rstd"><c>[rows]</c> of the forward pass.</param>
    /// <param name="dSum">Gradient that reaches <c>x + residual</c> on its other way, added to <paramref name="dh"/>; or null. May be <paramref name="dh"/>.</param>
    /// <param name="dh">Receives the gradient of <c>h</c> (of x and of the residual alike); may be <paramref name="dy"/>. Null when not wanted.</param>
    /// <param name="dWeight">Receives the gradient of the weight, the same bits for every thread count; null when not wanted.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void Backward(
        float* dy, float* h, float* weight, float weightOffset, float* rstd, float* dSum, float* dh, float* dWeight, long rows, long columns);
}
