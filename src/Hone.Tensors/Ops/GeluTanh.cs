using System.Numerics;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>gelu_tanh</c>.</content>
public static partial class Ops
{
    /// <summary>Gaussian error linear unit of every element, in its tanh approximation (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>t = tanh(√(2/π)·(x + 0.044715·x³)), y = x/2·(1 + t), dx = g·((1 + t)/2 + x/2·(1 − t²)·√(2/π)·(1 + 0.134145·x²))</c>.
    /// Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
    /// </remarks>
    public static Tensor GeluTanh(Tensor x) => UnaryMap.Apply<GeluTanhOp>("gelu_tanh", x);
}

[Op("gelu_tanh")]
internal sealed class GeluTanhOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.GeluTanh, -4, 4);

    public static UnaryFunction? Kernel => UnaryFunction.GeluTanh;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => ActivationReference.GeluTanh(x).Value;

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => ActivationReference.GeluTanh(x).Derivative;
}
