using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>exp</c>.</content>
public static partial class Ops
{
    /// <summary>Natural exponential of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = e^x, dx = g·y</c>. Source: DLMF 4.2.</remarks>
    public static Tensor Exp(Tensor x) => UnaryMap.Apply<ExpOp>("exp", x);
}

[Op("exp")]
internal sealed class ExpOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Exp, -3, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Exp;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Exp(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y;
}
