using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>square</c>.</content>
public static partial class Ops
{
    /// <summary>Every element times itself.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = x², dx = 2·g·x</c>. Source: elementary.</remarks>
    public static Tensor Square(Tensor x) => UnaryMap.Apply<SquareOp>("square", x);
}

[Op("square")]
internal sealed class SquareOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Square, -3, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Square;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * x;

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x + x;
}
