using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>divide</c>.</content>
public static partial class Ops
{
    /// <summary>Element-wise quotient of two tensors, broadcast to a common shape.</summary>
    /// <param name="left">Any shape and floating-point type.</param>
    /// <param name="right">Of the same type; its shape must broadcast with that of <paramref name="left"/>.</param>
    /// <returns>A tensor of the common shape.</returns>
    /// <remarks><c>y = a/b, da = g/b, db = −g·a/b²</c>; gradients are summed over broadcast dimensions. Source: elementary.</remarks>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not broadcast.</exception>
    /// <exception cref="Errors.TensorException">The element types differ or are not floating-point.</exception>
    public static Tensor Divide(Tensor left, Tensor right) => BinaryMap.Apply<DivideOp>("divide", left, right);
}

[Op("divide")]
internal sealed class DivideOp : OpDefinition, IBinaryMap
{
    public static bool DerivativesNeedInputs => true;

    public override IEnumerable<OpSample> Samples => BinaryMap.Samples(Ops.Divide, (-2, 2), (0.5, 3));

    public static BinaryFunction? Kernel => BinaryFunction.Divide;

    public static T Apply<T>(T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a / b;

    public static T GradLeft<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => g / b;

    public static T GradRight<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => -(g * a / b) / b;
}
