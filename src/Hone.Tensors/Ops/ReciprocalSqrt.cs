using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>rsqrt</c>.</content>
public static partial class Ops
{
    /// <summary>One over the square root of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = 1/√x, dx = −g·y³/2</c>. Source: DLMF 4.2.</remarks>
    public static Tensor ReciprocalSqrt(Tensor x) => UnaryMap.Apply<ReciprocalSqrtOp>("rsqrt", x);
}

[Op("rsqrt")]
internal sealed class ReciprocalSqrtOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.ReciprocalSqrt, 0.3, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Rsqrt;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / T.Sqrt(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -(y * y * y) / (T.One + T.One);
}
