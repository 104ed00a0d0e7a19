using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>relu</c>.</content>
public static partial class Ops
{
    /// <summary>Elements below 0 become 0.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = max(x, 0), dx = g where x &gt; 0 and 0 elsewhere (0 at x = 0, as PyTorch); NaN stays NaN</c>. Source: Nair and Hinton 2010, section 2.</remarks>
    public static Tensor Relu(Tensor x) => UnaryMap.Apply<ReluOp>("relu", x);
}

[Op("relu")]
internal sealed class ReluOp : OpDefinition, IUnaryMap
{
    public override IEnumerable<OpSample> Samples => UnaryMap.Samples(Ops.Relu, 0.1, 3);

    public static UnaryFunction? Kernel => UnaryFunction.Relu;

    public static T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x <= T.Zero ? T.Zero : x;

    public static T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y > T.Zero ? T.One : T.Zero;
}
