using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>cos</c>.</content>
public static partial class Ops
{
    /// <summary>Cosine of every element, in radians.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = cos x, dx = −g·sin x</c>. Source: DLMF 4.14.</remarks>
    public static Tensor Cos(Tensor x) => UnaryMap.Apply<CosOp>("cos", x);
}

[Op("cos")]
internal sealed class CosOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Cos, -3, 3);

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cos(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.Sin(x);
}
