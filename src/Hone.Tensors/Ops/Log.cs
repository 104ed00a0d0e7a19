using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>log</c>.</content>
public static partial class Ops
{
    /// <summary>Natural logarithm of every element; −∞ at 0 and NaN below.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = ln x, dx = g / x</c>. Source: DLMF 4.2.</remarks>
    public static Tensor Log(Tensor x) => UnaryMap.Apply<LogOp>("log", x);
}

[Op("log")]
internal sealed class LogOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Log, 0.2, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Log;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Log(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / x;
}
