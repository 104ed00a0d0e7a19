using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>power</c>.</content>
public static partial class Ops
{
    /// <summary>Every element to a fixed power; NaN for a negative element and a fractional power.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="exponent">Rounded to the compute type, f32 or f64.</param>
    /// <remarks><c>y = x^exponent, dx = g·exponent·x^(exponent − 1)</c>. Source: DLMF 4.2.</remarks>
    public static Tensor Power(Tensor x, double exponent) => ScalarMap.Apply<PowerOp>("power", x, exponent);
}

[Op("power")]
internal sealed class PowerOp : OpDefinition, IScalarMap
{
    public static bool DerivativeNeedsInput => true;

    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(x => Ops.Power(x, 2.5), 0.3, 3);

    public static T Apply<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Pow(x, a);

    public static T Derivative<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a * T.Pow(x, a - T.One);
}
