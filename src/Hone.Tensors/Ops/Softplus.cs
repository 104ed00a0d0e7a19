using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>softplus</c>.</content>
public static partial class Ops
{
    /// <summary>Smooth maximum of every element and 0.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|), dx = g·σ(x)</c>. Source: Dugas et al. 2001, section 2.</remarks>
    public static Tensor Softplus(Tensor x) => UnaryMap.Apply<SoftplusOp>("softplus", x);
}

[Op("softplus")]
internal sealed class SoftplusOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Softplus, -4, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Softplus;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => SigmoidOp.Logistic(x);
}
