using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>tanh</c>.</content>
public static partial class Ops
{
    /// <summary>Hyperbolic tangent of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = tanh x, dx = g·(1 − y²)</c>. Source: DLMF 4.28.</remarks>
    public static Tensor Tanh(Tensor x) => UnaryMap.Apply<TanhOp>("tanh", x);
}

[Op("tanh")]
internal sealed class TanhOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Tanh, -3, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Tanh;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Tanh(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One - (y * y);
}
