using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>minimum</c>.</content>
public static partial class Ops
{
    /// <summary>Smaller of two elements, broadcast to a common shape.</summary>
    /// <param name="left">Any shape and floating-point type.</param>
    /// <param name="right">Of the same type; its shape must broadcast with that of <paramref name="left"/>.</param>
    /// <returns>A tensor of the common shape.</returns>
    /// <remarks><c>y = min(a, b); the gradient goes to the smaller one and half to each when they are equal, as PyTorch; NaN wins</c>; gradients are summed over broadcast dimensions. Source: elementary.</remarks>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not broadcast.</exception>
    /// <exception cref="Errors.TensorException">The element types differ or are not floating-point.</exception>
    public static Tensor Minimum(Tensor left, Tensor right) => BinaryMap.Apply<MinimumOp>("minimum", left, right);
}

[Op("minimum")]
internal sealed class MinimumOp : OpDefinition, IBinaryMap
{
    public static bool DerivativesNeedInputs => true;

    public override IEnumerable<OpSample> Samples => BinaryMap.Samples(Ops.Minimum, (-2, 0), (0.01, 2));

    public static BinaryFunction? Kernel => BinaryFunction.Minimum;

    public static T Apply<T>(T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Min(a, b);

    public static T GradLeft<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a < b ? g : a > b ? T.Zero : g / (T.One + T.One);

    public static T GradRight<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => b < a ? g : b > a ? T.Zero : g / (T.One + T.One);
}
