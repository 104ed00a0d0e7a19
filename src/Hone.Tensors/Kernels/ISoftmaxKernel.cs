namespace Hone.Tensors.Kernels;

/// <summary>Softmax and log-softmax of contiguous rows.</summary>
/// <remarks>
/// The row's maximum is subtracted first. Entries of −∞ get probability 0 (log-probability −∞); a row of −∞ alone, or one with NaN or +∞, gives NaN,
/// as in PyTorch. Terms below <c>e^−87</c> of the largest count as zero.
/// </remarks>
internal unsafe interface ISoftmaxKernel
{
    /// <summary><c>y = e^(x − max) / Σ e^(x − max)</c> of each row; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    void Softmax(float* x, float* y, long rows, long columns);

    /// <summary><c>dx = y·(dy − Σ dy·y)</c>; <paramref name="dx"/> may be <paramref name="dy"/>.</summary>
    /// <param name="y">Probabilities of the forward pass.</param>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="dx">Receives the gradient.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void SoftmaxBackward(float* y, float* dy, float* dx, long rows, long columns);

    /// <summary><c>y = x − max − ln Σ e^(x − max)</c> of each row; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    void LogSoftmax(float* x, float* y, long rows, long columns);

    /// <summary><c>dx = dy − e^y·Σ dy</c>; <paramref name="dx"/> may be <paramref name="dy"/>.</summary>
    /// <param name="y">Log-probabilities of the forward pass.</param>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="dx">Receives the gradient.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void LogSoftmaxBackward(float* y, float* dy, float* dx, long rows, long columns);
}
