using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>add</c>.</content>
public static partial class Ops
{
    /// <summary>Sum of two tensors, broadcast to a common shape.</summary>
    /// <param name="left">Any shape and floating-point type.</param>
    /// <param name="right">Of the same type; its shape must broadcast with that of <paramref name="left"/>.</param>
    /// <returns>A tensor of the common shape.</returns>
    /// <remarks><c>y = a + b, da = g, db = g</c>; gradients are summed over broadcast dimensions. Source: elementary.</remarks>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not broadcast.</exception>
    /// <exception cref="Errors.TensorException">The element types differ or are not floating-point.</exception>
    public static Tensor Add(Tensor left, Tensor right) => BinaryMap.Apply<AddOp>("add", left, right);
}

[Op("add")]
internal sealed class AddOp : OpDefinition, IBinaryMap
{
    public static bool DerivativesNeedInputs => false;

    public static bool PassesGradientOn => true;

    public override IEnumerable<OpSample> Samples => BinaryMap.Samples(Ops.Add, (-2, 2), (-2, 2));

    public static BinaryFunction? Kernel => BinaryFunction.Add;

    public static T Apply<T>(T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => a + b;

    public static T GradLeft<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => g;

    public static T GradRight<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T> => g;
}
