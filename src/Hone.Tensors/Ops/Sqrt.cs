using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>sqrt</c>.</content>
public static partial class Ops
{
    /// <summary>Square root of every element; NaN below 0.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = √x, dx = g / (2y)</c>. Source: DLMF 4.2.</remarks>
    public static Tensor Sqrt(Tensor x) => UnaryMap.Apply<SqrtOp>("sqrt", x);
}

[Op("sqrt")]
internal sealed class SqrtOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Sqrt, 0.2, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Sqrt;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sqrt(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (y + y);
}
