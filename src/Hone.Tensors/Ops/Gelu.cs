using System.Numerics;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>gelu</c>.</content>
public static partial class Ops
{
    /// <summary>Gaussian error linear unit of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = x·Φ(x), dx = g·(Φ(x) + x·φ(x))</c> with the normal distribution Φ and density φ. Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.</remarks>
    public static Tensor Gelu(Tensor x) => UnaryMap.Apply<GeluOp>("gelu", x);
}

[Op("gelu")]
internal sealed class GeluOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Gelu, -4, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Gelu;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => ActivationReference.Gelu(x).Value;

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => ActivationReference.Gelu(x).Derivative;
}
