namespace Hone.Tensors.Kernels;

/// <summary>The gated activation of an MLP and its gradients in one pass each.</summary>
/// <remarks>
/// Gate and up are rows of <c>columns</c> elements with strides of their own, so that the two halves of a packed <c>[rows, 2·columns]</c>
/// projection serve as well as two tensors.
/// </remarks>
internal unsafe interface IGatedActivationKernel
{
    /// <summary><c>y = f(gate)·up</c>; <paramref name="y"/> is <c>[rows, columns]</c> without gaps.</summary>
    void Forward(GatedActivation activation, float* gate, long gateStride, float* up, long upStride, float* y, long rows, long columns);

    /// <summary><c>dGate = dy·up·f′(gate)</c>, <c>dUp = dy·f(gate)</c>, recomputed from the inputs.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="gate">As in the forward pass.</param>
    /// <param name="gateStride">Elements between rows of <paramref name="gate"/>.</param>
    /// <param name="up">As in the forward pass.</param>
    /// <param name="upStride">Elements between rows of <paramref name="up"/>.</param>
    /// <param name="dy">Gradient of the result, <c>[rows, columns]</c> without gaps.</param>
    /// <param name="dGate">Receives the gradient of the gate; may be <paramref name="gate"/>.</param>
    /// <param name="dGateStride">Elements between rows of <paramref name="dGate"/>.</param>
    /// <param name="dUp">Receives the gradient of up; may be <paramref name="up"/>.</param>
    /// <param name="dUpStride">Elements between rows of <paramref name="dUp"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    void Backward(
        GatedActivation activation, float* gate, long gateStride, float* up, long upStride, float* dy,
        float* dGate, long dGateStride, float* dUp, long dUpStride, long rows, long columns);
}
