using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>abs</c>.</content>
public static partial class Ops
{
    /// <summary>Magnitude of every element.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = |x|, dx = g·sign(x), 0 at 0</c>. Source: elementary.</remarks>
    public static Tensor Abs(Tensor x) => UnaryMap.Apply<AbsOp>("abs", x);
}

[Op("abs")]
internal sealed class AbsOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Abs, 0.1, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Abs;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Abs(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : T.Zero;
}
