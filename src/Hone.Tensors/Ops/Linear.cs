using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>linear</c>.</content>
public static partial class Ops
{
    /// <summary>Affine map of the last dimension.</summary>
    /// <param name="x"><c>[…, in]</c>, any floating-point type.</param>
    /// <param name="weight"><c>[out, in]</c>, of the same type, or bf16 or f16 below an f32 <paramref name="x"/>.</param>
    /// <param name="bias"><c>[out]</c> of the weight's type, or none.</param>
    /// <returns><c>[…, out]</c> of the type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>y = x·Wᵀ + b, dx = g·W, dW = gᵀ·x, db = Σ g over rows</c>. A frozen weight saves no activations, and an input that wants no
    /// gradient does not save the weight. Source: PyTorch <c>nn.Linear</c>.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The sizes do not fit.</exception>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        OpGuard.RequireFloat("linear", x);
        if (x.DType == DType.F32 && weight.DType.IsHalfPrecision)
        {
            weight = Cast(weight, DType.F32);
            bias = bias is null ? null : Cast(bias, DType.F32);
        }

        OpGuard.RequireSameKind("linear", x, weight);
        OpGuard.RequireShape(
            "linear",
            weight.Rank == 2 && x.Rank >= 1 && x.Shape[-1] == weight.Shape[1],
            "the input's last dimension must equal the layer's input features.",
            $"x {x}, weight {weight}",
            "The weight is [out, in]; check that config and checkpoint belong together.");
        OpGuard.RequireShape("linear", bias is null || (bias.Rank == 1 && bias.Shape[0] == weight.Shape[0]), "the bias must hold one value per output feature.", $"bias {bias}, weight {weight}", "The bias is [out].");
        if (bias is not null)
        {
            OpGuard.RequireSameKind("linear", weight, bias);
        }

        if (x.DType.IsHalfPrecision)
        {
            return Cast(Linear(Cast(x, DType.F32), Cast(weight, DType.F32), bias is null ? null : Cast(bias, DType.F32)), x.DType);
        }

        Tensor rows = LinearOp.Rows(x);
        Tensor y = MatrixProduct.Multiply(rows, Transpose(weight.Detach()));
        if (bias is not null)
        {
            AddInPlace(y, Expand(bias.Detach(), y.Shape.Dimensions));
        }

        var shape = new Shape([.. x.Shape.Dimensions[..^1], weight.Shape[0]]);
        Tensor result = y.View(shape, Strided.RowMajor(shape.Dimensions), y.Offset);
        // A contiguous input is saved as it came: the op that made it may be able to make it again.
        ReadOnlySpan<Tensor?> saved = [!Recorder.Wants(weight) ? null : x.IsContiguous ? x : rows, Recorder.Wants(x) ? weight : null];
        return bias is null
            ? Recorder.Finish("linear", result, [x, weight], saved, LinearOp.Backward)
            : Recorder.Finish("linear", result, [x, weight, bias], saved, LinearOp.Backward);
    }
}

[Op("linear")]
internal sealed class LinearOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("rows", [new OpInput([5, 7]), new OpInput([3, 7])], inputs => Ops.Linear(inputs[0], inputs[1])),
        new("bias", [new OpInput([2, 3, 17]), new OpInput([16, 17]), new OpInput([16])], inputs => Ops.Linear(inputs[0], inputs[1], inputs[2])),
        new("vector", [new OpInput([9]), new OpInput([4, 9]), new OpInput([4])], inputs => Ops.Linear(inputs[0], inputs[1], inputs[2])),
        new("no rows", [new OpInput([0, 7]), new OpInput([3, 7])], inputs => Ops.Linear(inputs[0], inputs[1])),
    ];

    /// <summary>All leading dimensions as one: <c>[rows, features]</c>, contiguous.</summary>
    internal static Tensor Rows(Tensor x)
    {
        Tensor source = Strided.Contiguous(x);
        var shape = new Shape((int)(x.Shape[-1] == 0 ? 0 : x.ElementCount / x.Shape[-1]), x.Shape[-1]);
        return source.View(shape, Strided.RowMajor(shape.Dimensions), source.Offset);
    }

    internal static void Backward(BackwardContext context)
    {
        Tensor g = Rows(context.Grad);
        if (context.Needs(0))
        {
            Tensor dx = MatrixProduct.Multiply(g, context.Saved(1));
            Shape shape = context.InputShape(0);
            context.Set(0, dx.View(shape, Strided.RowMajor(shape.Dimensions), dx.Offset));
        }

        if (context.Needs(1))
        {
            context.Set(1, MatrixProduct.Multiply(Ops.Transpose(g), Rows(context.Saved(0))));
        }

        if (context.InputCount == 3 && context.Needs(2))
        {
            context.Set(2, Reduction.SumTo(g, context.InputShape(2)));
        }
    }
}
