using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>multiply</c>.</content>
public static partial class Ops
{
    /// <summary>Element-wise product of two tensors, broadcast to a common shape.</summary>
    /// <param name="left">Any shape and floating-point type.</param>
    /// <param name="right">Of the same type; its shape must broadcast with that of <paramref name="left"/>.</param>
    /// <returns>A tensor of the common shape.</returns>
    /// <remarks><c>y = a·b, da = g·b, db = g·a</c>; gradients are summed over broadcast dimensions. Source: elementary.</remarks>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not broadcast.</exception>
    /// <exception cref="Errors.TensorException">The element types differ or are not floating-point.</exception>
    public static Tensor Multiply(Tensor left, Tensor right) => BinaryMap.Apply<MultiplyOp>("multiply", left, right);
}

[Op("multiply")]
internal sealed class MultiplyOp : OpDefinition, IBinaryMap
{
    public static bool DerivativesNeedInputs => true;

    public override IEnumerable<OpSample> Samples => BinaryMap.Samples(Ops.Multiply, (-2, 2), (-2, 2));

    public static BinaryFunction? Kernel => BinaryFunction.Multiply;

    public static Tensor? FastGradient(int side, Tensor g, Tensor left, Tensor right) => BinaryMap.TryKernel<MultiplyOp>(g, side == 0 ? right : left, g.Shape);

    public static T Apply<T>(T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a * b;

    public static T GradLeft<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => g * b;

    public static T GradRight<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => g * a;
}
