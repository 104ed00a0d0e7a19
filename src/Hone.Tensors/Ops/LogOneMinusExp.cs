using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>log_one_minus_exp</c>.</content>
public static partial class Ops
{
    /// <summary>Logarithm of the probability that something does not happen, from the logarithm of the probability that it does.</summary>
    /// <param name="x">Any shape and floating-point type; negative: −∞ at 0, NaN above.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = ln(1 − e^x), dx = g/(1 − e^−x)</c>; computed in f64, so that f32 keeps its digits near 0. Source: Mächler 2012, Accurately computing log(1 − exp(−|a|)).</remarks>
    public static Tensor LogOneMinusExp(Tensor x) => UnaryMap.Apply<LogOneMinusExpOp>("log_one_minus_exp", x);
}

[Op("log_one_minus_exp")]
internal sealed class LogOneMinusExpOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.LogOneMinusExp, -4, -0.1);

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(Math.Log(1 - Math.Exp(double.CreateTruncating(x))));

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(1 / (1 - Math.Exp(-double.CreateTruncating(x))));
}
