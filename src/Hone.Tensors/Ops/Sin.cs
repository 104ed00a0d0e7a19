using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>sin</c>.</content>
public static partial class Ops
{
    /// <summary>Sine of every element, in radians.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = sin x, dx = g·cos x</c>. Source: DLMF 4.14.</remarks>
    public static Tensor Sin(Tensor x) => UnaryMap.Apply<SinOp>("sin", x);
}

[Op("sin")]
internal sealed class SinOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Sin, -3, 3);

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sin(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cos(x);
}
