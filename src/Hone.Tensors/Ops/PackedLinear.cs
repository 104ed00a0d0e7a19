using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>packed_linear</c>.</content>
public static partial class Ops
{
    /// <summary>Affine map of the last dimension by a frozen, prepacked weight.</summary>
    /// <param name="x"><c>[…, in]</c>, f32 (or f64 when the weight is), or bf16 or f16, which are computed in f32.</param>
    /// <param name="weight">Packed <c>[out, in]</c>; gets no gradient and is not saved by the graph beyond the reference to it.</param>
    /// <param name="bias"><c>[out]</c>, frozen, or none.</param>
    /// <returns><c>[…, out]</c> of the type of <paramref name="x"/>. A row depends on that row of <paramref name="x"/> alone, whatever the batch.</returns>
    /// <remarks><c>y = x·Wᵀ + b, dx = g·W</c>. Source: PyTorch <c>nn.Linear</c>.</remarks>
    /// <exception cref="ShapeMismatchException">The sizes do not fit.</exception>
    /// <exception cref="AutogradException">A gradient is wanted and the weight was packed for the forward direction only, or the bias is trainable.</exception>
    public static Tensor PackedLinear(Tensor x, PackedWeight weight, Tensor? bias = null)
    {
        OpGuard.RequireFloat("packed_linear", x);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(PackedLinear(Cast(x, DType.F32), weight, bias), x.DType);
        }

        PackedLinearOp.Check("packed_linear", x, weight, bias);
        Tensor y = PackedLinearOp.Product(LinearOp.Rows(x), weight, bias);
        return Recorder.Finish("packed_linear", PackedLinearOp.Shaped(y, x, weight), [x], [], PackedLinearOp.Backward, weight);
    }
}

[Op("packed_linear")]
internal sealed class PackedLinearOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        Sample("rows", [5, 7], 3, DType.F32),
        Sample("one row", [33], 17, DType.F32),
        Sample("batch", [2, 3, 40], 35, DType.F32),
        Sample("bf16 weight", [6, 24], 16, DType.BF16),
        Sample("f16 weight", [6, 24], 16, DType.F16),
        Sample("no rows", [0, 7], 3, DType.F32),
    ];

    /// <summary>Checks the operands of <paramref name="op"/>, which is this op or one that contains it.</summary>
    internal static void Check(string op, Tensor x, PackedWeight weight, Tensor? bias)
    {
        OpGuard.RequireShape(
            op,
            x.Rank >= 1 && x.Shape[-1] == weight.InFeatures,
            "the input's last dimension must equal the layer's input features.",
            $"x {x}, weight [{weight.OutFeatures}, {weight.InFeatures}] {weight.DType.Name}",
            "The weight is [out, in]; check that config and checkpoint belong together.");
        OpGuard.RequireShape(op, bias is null || (bias.Rank == 1 && bias.Shape[0] == weight.OutFeatures), "the bias must hold one value per output feature.", $"bias {bias}, {weight.OutFeatures} features", "The bias is [out].");
        bool wants = Recorder.Wants(x);
        if ((wants && !weight.HasBackward) || (bias is not null && Recorder.Wants(bias)))
        {
            throw new AutogradException(
                $"{op}: a gradient is wanted that a packed layer does not give.",
                OpContext.Describe(op),
                wants && !weight.HasBackward ? "the input requires a gradient, the weight was packed for the forward direction only" : "the bias is trainable",
                "Pack the weight with forBackward: true, and train biases with Ops.Linear.");
        }

        OpGuard.RequireDType(op, x, TypeOf(weight), "the input");
    }

    /// <summary>The product with checked, contiguous rows.</summary>
    internal static Tensor Product(Tensor rows, PackedWeight weight, Tensor? bias) => weight.Forward(rows, bias is null ? null : Strided.Cast(bias, TypeOf(weight)));

    /// <summary>The rows of a result with the leading dimensions of the input.</summary>
    internal static Tensor Shaped(Tensor y, Tensor x, PackedWeight weight)
    {
        var shape = new Shape([.. x.Shape.Dimensions[..^1], weight.OutFeatures]);
        return y.View(shape, Strided.RowMajor(shape.Dimensions), y.Offset);
    }

    internal static void Backward(BackwardContext context)
    {
        Tensor dx = context.State<PackedWeight>().Backward(LinearOp.Rows(context.Grad));
        Shape shape = context.InputShape(0);
        context.Set(0, dx.View(shape, Strided.RowMajor(shape.Dimensions), dx.Offset));
    }

    private static DType TypeOf(PackedWeight weight) => weight.DType == DType.F64 ? DType.F64 : DType.F32;

    /// <summary>The weight is rounded to its stored type before it is packed, in f64 runs too, so that both see the same values.</summary>
    private static OpSample Sample(string name, int[] x, int outFeatures, DType stored) => new(
        name,
        [new OpInput(x), new OpInput([outFeatures, x[^1]]) { IsDifferentiable = false }, new OpInput([outFeatures]) { IsDifferentiable = false }],
        inputs =>
        {
            Tensor rounded = Strided.Cast(inputs[1], stored);
            Tensor weight = inputs[0].DType == DType.F64 ? Strided.Cast(rounded, DType.F64) : rounded;
            return Ops.PackedLinear(inputs[0], PackedWeight.Create(weight, forBackward: true), inputs[2]);
        });
}
