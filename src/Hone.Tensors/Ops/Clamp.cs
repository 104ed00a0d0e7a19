using System.Numerics;

namespace Hone.Tensors;

/// <content>The op <c>clamp</c>.</content>
public static partial class Ops
{
    /// <summary>Elements below a bound become that bound, elements above the other become the other.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="low">Lower bound; −∞ for none.</param>
    /// <param name="high">Upper bound, at least <paramref name="low"/>; +∞ for none.</param>
    /// <remarks><c>y = min(max(x, low), high), dx = g where low ≤ x ≤ high and 0 elsewhere</c>; NaN stays NaN. Source: elementary.</remarks>
    /// <exception cref="ArgumentException"><paramref name="low"/> exceeds <paramref name="high"/>.</exception>
    public static Tensor Clamp(Tensor x, double low, double high)
    {
        if (!(low <= high))
        {
            throw new ArgumentException($"clamp: the lower bound {low} must not exceed the upper bound {high}.");
        }

        return ScalarMap.Apply<ClampOp>("clamp", x, low, high);
    }
}

[Op("clamp")]
internal sealed class ClampOp : OpDefinition, IScalarMap
{
    public static bool DerivativeNeedsInput => true;

    public override IEnumerable<OpSample> Samples =>
        UnaryMap.Samples(x => Ops.Clamp(x, -0.5, 0.5), 0.6, 3).Concat(UnaryMap.Samples(x => Ops.Clamp(x, -9, 9), -3, 3));

    public static T Apply<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Min(T.Max(x, a), b);

    public static T Derivative<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => x >= a && x <= b ? T.One : T.Zero;
}
