using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>scale</c>.</content>
public static partial class Ops
{
    /// <summary>Every element times a number.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="factor">Rounded to the compute type, f32 or f64.</param>
    /// <remarks><c>y = x·factor, dx = g·factor</c>. Source: elementary.</remarks>
    public static Tensor Scale(Tensor x, double factor) => ScalarMap.Apply<ScaleOp>("scale", x, factor);
}

[Op("scale")]
internal sealed class ScaleOp : OpDefinition, IScalarMap
{
    public static bool DerivativeNeedsInput => false;

    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(x => Ops.Scale(x, -1.7), -3, 3);

    public static bool IsMultiple => true;

    public static T Apply<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => x * a;

    public static T Derivative<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a;
}
