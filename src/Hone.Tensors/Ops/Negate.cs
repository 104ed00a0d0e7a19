using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>negate</c>.</content>
public static partial class Ops
{
    /// <summary>Every element with its sign changed.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = −x, dx = −g</c>. Source: elementary.</remarks>
    public static Tensor Negate(Tensor x) => UnaryMap.Apply<NegateOp>("negate", x);
}

[Op("negate")]
internal sealed class NegateOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Negate, -3, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Negate;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => -x;

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.One;
}
