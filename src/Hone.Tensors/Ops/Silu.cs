using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>silu</c>.</content>
public static partial class Ops
{
    /// <summary>Sigmoid-weighted linear unit of every element, also called swish.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = x·σ(x), dx = g·σ(x)·(1 + x·(1 − σ(x)))</c>. Source: Elfwing et al., arXiv:1702.03118, section 2.</remarks>
    public static Tensor Silu(Tensor x) => UnaryMap.Apply<SiluOp>("silu", x);
}

[Op("silu")]
internal sealed class SiluOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Silu, -4, 4);

    public static UnaryFunction? Kernel => UnaryFunction.Silu;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * SigmoidOp.Logistic(x);

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => SigmoidOp.Logistic(x) * (T.One + (x * (T.One - SigmoidOp.Logistic(x))));
}
