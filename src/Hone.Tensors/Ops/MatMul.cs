using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>mat_mul</c>.</content>
public static partial class Ops
{
    /// <summary>Matrix product over the last two dimensions; leading ones broadcast.</summary>
    /// <param name="a"><c>[…, m, k]</c>, any floating-point type.</param>
    /// <param name="b"><c>[…, k, n]</c>, of the same type.</param>
    /// <returns><c>[…, m, n]</c>.</returns>
    /// <remarks><c>y = a·b, da = g·bᵀ, db = aᵀ·g</c>, summed over broadcast dimensions. Source: Golub and Van Loan, Matrix Computations, section 1.1.</remarks>
    /// <exception cref="ShapeMismatchException">The inner sizes differ or the leading dimensions do not broadcast.</exception>
    public static Tensor MatMul(Tensor a, Tensor b)
    {
        OpGuard.RequireSameKind("mat_mul", a, b);
        OpGuard.RequireFloat("mat_mul", a);
        OpGuard.RequireShape("mat_mul", a.Rank >= 2 && b.Rank >= 2, "both operands need two dimensions or more.", $"left {a}, right {b}", "Reshape a vector to [1, k] or [k, 1].");
        OpGuard.RequireShape("mat_mul", a.Shape[-1] == b.Shape[-2], "the inner sizes differ.", $"left {a}, right {b}", $"The left operand's last size {a.Shape[-1]} must equal the right operand's last but one, {b.Shape[-2]}; transpose one of them?");
        OpGuard.RequireShape(
            "mat_mul",
            Shape.Broadcast(new Shape(a.Shape.Dimensions[..^2]), new Shape(b.Shape.Dimensions[..^2])) is not null,
            "the leading dimensions do not broadcast.",
            $"left {a}, right {b}",
            "Aligned from the right, leading sizes must be equal or 1.");
        if (a.DType.IsHalfPrecision)
        {
            return Cast(MatMul(Cast(a, DType.F32), Cast(b, DType.F32)), a.DType);
        }

        return Recorder.Finish("mat_mul", MatrixProduct.Multiply(a, b), [a, b], [Recorder.Wants(b) ? a : null, Recorder.Wants(a) ? b : null], MatMulOp.Backward);
    }
}

[Op("mat_mul")]
internal sealed class MatMulOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples
    {
        get
        {
            (int[] A, int[] B)[] shapes = [([1, 1], [1, 1]), ([5, 7], [7, 3]), ([17, 33], [33, 16]), ([2, 3, 4], [4, 5]), ([3, 1, 2, 4], [2, 4, 3]), ([0, 4], [4, 3]), ([2, 0], [0, 3]), ([4, 3], [3, 0])];
            foreach ((int[] a, int[] b) in shapes)
            {
                yield return new OpSample($"[{string.Join(',', a)}] · [{string.Join(',', b)}]", [new OpInput(a), new OpInput(b)], inputs => Ops.MatMul(inputs[0], inputs[1]));
            }

            yield return new OpSample("transposed left", [new OpInput([7, 5]), new OpInput([7, 3])], inputs => Ops.MatMul(Ops.Transpose(inputs[0]), inputs[1]));
            yield return new OpSample("transposed right", [new OpInput([5, 7]), new OpInput([3, 7])], inputs => Ops.MatMul(inputs[0], Ops.Transpose(inputs[1])));
        }
    }

    internal static void Backward(BackwardContext context)
    {
        if (context.Needs(0))
        {
            context.Set(0, Reduction.SumTo(MatrixProduct.Multiply(context.Grad, Ops.Transpose(context.Saved(1))), context.InputShape(0)));
        }

        if (context.Needs(1))
        {
            context.Set(1, Reduction.SumTo(MatrixProduct.Multiply(Ops.Transpose(context.Saved(0)), context.Grad), context.InputShape(1)));
        }
    }
}
