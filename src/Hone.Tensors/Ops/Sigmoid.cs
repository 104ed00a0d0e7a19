using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>sigmoid</c>.</content>
public static partial class Ops
{
    /// <summary>Logistic function of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = 1/(1 + e^−x), dx = g·y·(1 − y); computed from e^−|x| so that neither end overflows</c>. Source: logistic function, DLMF 4.2.</remarks>
    public static Tensor Sigmoid(Tensor x) => UnaryMap.Apply<SigmoidOp>("sigmoid", x);
}

[Op("sigmoid")]
internal sealed class SigmoidOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Sigmoid, -4, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Sigmoid;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => Logistic(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y * (T.One - y);

    /// <summary>The logistic function without overflow at either end.</summary>
    internal static T Logistic<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T e = T.Exp(-T.Abs(x));
        return x >= T.Zero ? T.One / (T.One + e) : e / (T.One + e);
    }
}
