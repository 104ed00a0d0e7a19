using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>low_rank_linear</c>.</content>
public static partial class Ops
{
    /// <summary>A frozen, prepacked affine map with a trained update of low rank, in one pass over the result.</summary>
    /// <param name="x"><c>[…, in]</c>, f32 (or f64 when the weight is), or bf16 or f16, which are computed in f32.</param>
    /// <param name="weight">Packed <c>[out, in]</c>, frozen.</param>
    /// <param name="bias"><c>[out]</c>, frozen, or none.</param>
    /// <param name="a"><c>[rank, in]</c> of the type of <paramref name="x"/>.</param>
    /// <param name="b"><c>[out, rank]</c> of the type of <paramref name="x"/>.</param>
    /// <param name="scale">Factor of the update.</param>
    /// <returns><c>[…, out]</c> of the type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>u = s·x·Aᵀ, y = x·Wᵀ + bias + u·Bᵀ; v = s·g·B, dx = g·W + v·A, dA = vᵀ·x, dB = gᵀ·u</c>. The update is added where the product with the
    /// weight stands already, so that neither direction writes a second tensor of its size. Source: Hu et al., arXiv:2106.09685, section 4.1.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The sizes do not fit.</exception>
    /// <exception cref="AutogradException">A gradient is wanted and the weight was packed for the forward direction only, or the bias is trainable.</exception>
    public static Tensor LowRankLinear(Tensor x, PackedWeight weight, Tensor? bias, Tensor a, Tensor b, double scale)
    {
        OpGuard.RequireSameKind("low_rank_linear", x, a);
        OpGuard.RequireSameKind("low_rank_linear", x, b);
        OpGuard.RequireShape(
            "low_rank_linear",
            a.Rank == 2 && b.Rank == 2 && a.Shape[1] == weight.InFeatures && b.Shape[0] == weight.OutFeatures && a.Shape[0] == b.Shape[1],
            "the update does not fit the weight.",
            $"weight [{weight.OutFeatures}, {weight.InFeatures}], A {a}, B {b}",
            "A is [rank, in] and B is [out, rank]; check that the adapter belongs to the model.");
        if (x.DType.IsHalfPrecision)
        {
            return Cast(LowRankLinear(Cast(x, DType.F32), weight, bias, Cast(a, DType.F32), Cast(b, DType.F32), scale), x.DType);
        }

        PackedLinearOp.Check("low_rank_linear", x, weight, bias);
        Tensor rows = LinearOp.Rows(x);
        Tensor y = PackedLinearOp.Product(rows, weight, bias), u = MatrixProduct.Multiply(rows, Transpose(a.Detach()));
        LowRankLinearOp.Multiply(u, scale);
        MatrixProduct.Add(y, u, Transpose(b.Detach()));
        bool wantsA = Recorder.Wants(a), wantsB = Recorder.Wants(b), wantsX = Recorder.Wants(x);
        ReadOnlySpan<Tensor?> saved = [!wantsA ? null : x.IsContiguous ? x : rows, wantsX ? a : null, wantsX || wantsA ? b : null, wantsB ? u : null];
        return Recorder.Finish("low_rank_linear", PackedLinearOp.Shaped(y, x, weight), [x, a, b], saved, LowRankLinearOp.Backward, new LowRankLinearOp.State(weight, scale));
    }
}

[Op("low_rank_linear")]
internal sealed class LowRankLinearOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        Sample("rows", [5, 7], 3, 2, isBiased: false),
        Sample("bias", [2, 3, 40], 35, 16, isBiased: true),
        Sample("one row", [33], 17, 4, isBiased: true),
        Sample("rank 1", [19, 24], 16, 1, isBiased: false),
        Sample("no rows", [0, 7], 3, 2, isBiased: true),
    ];

    internal static void Backward(BackwardContext context)
    {
        State state = context.State<State>();
        Tensor g = LinearOp.Rows(context.Grad);
        if (context.Needs(0) || context.Needs(1))
        {
            Tensor v = MatrixProduct.Multiply(g, context.Saved(2));
            Multiply(v, state.Scale);
            if (context.Needs(0))
            {
                Tensor dx = state.Weight.Backward(g);
                MatrixProduct.Add(dx, v, context.Saved(1));
                Shape shape = context.InputShape(0);
                context.Set(0, dx.View(shape, Strided.RowMajor(shape.Dimensions), dx.Offset));
            }

            if (context.Needs(1))
            {
                context.Set(1, MatrixProduct.Multiply(Ops.Transpose(v), LinearOp.Rows(context.Saved(0))));
            }
        }

        if (context.Needs(2))
        {
            context.Set(2, MatrixProduct.Multiply(Ops.Transpose(g), context.Saved(3)));
        }
    }

    /// <summary>Scales in place; the tensor has rank columns, so this is nothing beside the products.</summary>
    internal static void Multiply(Tensor x, double scale)
    {
        if (x.DType == DType.F64)
        {
            foreach (ref double value in x.Span<double>())
            {
                value *= scale;
            }

            return;
        }

        float factor = (float)scale;
        foreach (ref float value in x.Span<float>())
        {
            value *= factor;
        }
    }

    private static OpSample Sample(string name, int[] x, int outFeatures, int rank, bool isBiased)
    {
        OpInput[] inputs = [new(x), new([outFeatures, x[^1]]) { IsDifferentiable = false }, new([rank, x[^1]]), new([outFeatures, rank]), new([outFeatures]) { IsDifferentiable = false }];
        return new OpSample(
            name, isBiased ? inputs : inputs[..^1],
            given => Ops.LowRankLinear(given[0], PackedWeight.Create(given[1], forBackward: true), isBiased ? given[4] : null, given[2], given[3], 1.5));
    }

    internal sealed record State(PackedWeight Weight, double Scale);
}
