using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>add_scalar</c>.</content>
public static partial class Ops
{
    /// <summary>Every element plus a number.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="value">Rounded to the compute type, f32 or f64.</param>
    /// <remarks><c>y = x + value, dx = g</c>. Source: elementary.</remarks>
    public static Tensor AddScalar(Tensor x, double value) => ScalarMap.Apply<AddScalarOp>("add_scalar", x, value);
}

[Op("add_scalar")]
internal sealed class AddScalarOp : OpDefinition, IScalarMap
{
    public static bool DerivativeNeedsInput => false;

    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(x => Ops.AddScalar(x, 0.75), -3, 3);

    public static T Apply<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => x + a;

    public static T Derivative<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One;
}
