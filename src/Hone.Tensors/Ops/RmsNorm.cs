using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>rms_norm</c>.</content>
public static partial class Ops
{
    /// <summary>Scales every row to a root mean square of 1, then each column by its weight.</summary>
    /// <param name="x"><c>[…, columns]</c>, any floating-point type.</param>
    /// <param name="weight"><c>[columns]</c> of the same type, or none.</param>
    /// <param name="eps">Added to the mean square, above or equal to 0.</param>
    /// <param name="weightOffset">Added to each weight: 1 for Gemma's zero-centred weights.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>r = 1/√(mean(x²) + eps), x̂ = x·r, y = x̂·(w + offset); with a = g·(w + offset): dx = r·(a − x̂·mean(a·x̂)), dw = Σ g·x̂ over rows</c>.
    /// Saves the input and one number a row. Source: Zhang and Sennrich, arXiv:1910.07467.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The weight does not hold one value per column.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor? weight, double eps, double weightOffset = 0)
    {
        RmsNormOp.Check("rms_norm", x, weight);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(RmsNorm(Cast(x, DType.F32), weight is null ? null : Cast(weight, DType.F32), eps, weightOffset), x.DType);
        }

        Tensor h = Strided.Contiguous(x), y = Tensor.Empty(x.DType, x.Shape);
        return RmsNormOp.Finish(x, h, y, RmsNormOp.Forward(h, null, weight, eps, weightOffset, null, y), weight, eps, weightOffset);
    }

    /// <summary>Adds a residual and normalises the sum, in one pass: <c>sum = x + residual</c>, <c>normalized = rms_norm(sum)</c>.</summary>
    /// <param name="x"><c>[…, columns]</c>, any floating-point type.</param>
    /// <param name="residual">Of the shape and type of <paramref name="x"/>.</param>
    /// <param name="weight">As in <see cref="RmsNorm"/>.</param>
    /// <param name="eps">As in <see cref="RmsNorm"/>.</param>
    /// <param name="weightOffset">As in <see cref="RmsNorm"/>.</param>
    /// <remarks><c>sum = x + residual, y = rms_norm(sum); dx = dresidual = dsum + the gradient of rms_norm</c>. Source: Zhang and Sennrich, arXiv:1910.07467.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public static (Tensor Sum, Tensor Normalized) AddRmsNorm(Tensor x, Tensor residual, Tensor? weight, double eps, double weightOffset = 0)
    {
        RmsNormOp.Check("add_rms_norm", x, weight);
        OpGuard.RequireSameKind("add_rms_norm", x, residual);
        OpGuard.RequireShape("add_rms_norm", x.Shape == residual.Shape, "input and residual must have one shape.", $"x {x}, residual {residual}", "The residual stream keeps its shape through a layer.");
        if (x.DType != DType.F32 || KernelTable<IRmsNormKernel>.For(x.Device) is null)
        {
            Tensor added = Add(x, residual);
            return (added, RmsNorm(added, weight, eps, weightOffset));
        }

        Tensor sum = Tensor.Empty(x.DType, x.Shape), y = Tensor.Empty(x.DType, x.Shape);
        Tensor rstd = RmsNormOp.Forward(Strided.Contiguous(x), Strided.Contiguous(residual), weight, eps, weightOffset, sum, y);
        Recorder.Finish("add", sum, [x, residual], [], static context =>
        {
            for (int i = 0; i < 2; i++)
            {
                if (context.Needs(i))
                {
                    context.Set(i, context.Grad);
                }
            }
        });
        return (sum, RmsNormOp.Finish(sum, sum, y, rstd, weight, eps, weightOffset));
    }
}

[Op("rms_norm")]
internal sealed unsafe class RmsNormOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("weight", [new OpInput([3, 17]), new OpInput([17])], x => Ops.RmsNorm(x[0], x[1], 1e-5)),
        new("zero-centred weight", [new OpInput([2, 3, 8]), new OpInput([8])], x => Ops.RmsNorm(x[0], x[1], 1e-3, 1)),
        new("no weight", [new OpInput([2, 33])], x => Ops.RmsNorm(x[0], null, 1e-5)),
        new("many rows", [new OpInput([37, 5]), new OpInput([5])], x => Ops.RmsNorm(x[0], x[1], 1e-5)),
        new("sum and norm", [new OpInput([3, 9]), new OpInput([3, 9]), new OpInput([9])], x =>
        {
            (Tensor sum, Tensor normalized) = Ops.AddRmsNorm(x[0], x[1], x[2], 1e-5);
            return Ops.Multiply(sum, normalized);
        }),
        new("no rows", [new OpInput([0, 7]), new OpInput([7])], x => Ops.RmsNorm(x[0], x[1], 1e-5)),
    ];

    internal static void Check(string op, Tensor x, Tensor? weight)
    {
        OpGuard.RequireFloat(op, x);
        OpGuard.RequireShape(op, x.Rank >= 1, "it normalises the last dimension, so the input needs one.", $"x {x}", "Reshape the input to [rows, columns].");
        if (weight is not null)
        {
            OpGuard.RequireSameKind(op, x, weight);
            OpGuard.RequireShape(op, weight.Rank == 1 && weight.Shape[0] == x.Shape[-1], "the weight must hold one value per column.", $"x {x}, weight {weight}", "The weight is [hidden]; check that config and checkpoint belong together.");
        }
    }

    /// <summary>Fills <paramref name="y"/> (and <paramref name="sum"/>); returns the reciprocal root of each row.</summary>
    internal static Tensor Forward(Tensor x, Tensor? residual, Tensor? weight, double eps, double offset, Tensor? sum, Tensor y)
    {
        int columns = x.Shape[-1];
        var rows = new Shape(columns == 0 ? 0 : (int)(x.ElementCount / columns));
        Tensor rstd = Tensor.Empty(x.DType, rows);
        Tensor? w = weight is null ? null : Strided.Contiguous(weight);
        if (x.DType == DType.F64)
        {
            Reference<double>(x, w, eps, offset, y, rstd);
        }
        else if (KernelTable<IRmsNormKernel>.For(x.Device) is { } kernel)
        {
            kernel.Forward(
                x.Pointer<float>(), residual is null ? null : residual.Pointer<float>(), w is null ? null : w.Pointer<float>(), (float)offset, (float)eps,
                sum is null ? null : sum.Pointer<float>(), y.Pointer<float>(), rstd.Pointer<float>(), rows[0], columns);
        }
        else
        {
            Reference<float>(x, w, eps, offset, y, rstd);
        }

        return rstd;
    }

    internal static Tensor Finish(Tensor input, Tensor h, Tensor y, Tensor rstd, Tensor? weight, double eps, double offset)
    {
        bool wants = Recorder.Wants(input) || (weight is not null && Recorder.Wants(weight));
        ReadOnlySpan<Tensor?> saved = [wants ? h : null, wants ? rstd : null, wants ? weight : null];
        return weight is null
            ? Recorder.Finish("rms_norm", y, [input], saved, Backward, new State(eps, offset), Recompute)
            : Recorder.Finish("rms_norm", y, [input, weight], saved, Backward, new State(eps, offset), Recompute);
    }

    private static Tensor Recompute(GraphNode node)
    {
        var state = (State)node.State!; // Finish gave one
        Tensor h = node.Saved(0).Open(node.Op), y = Tensor.Empty(h.DType, h.Shape);
        Forward(h, null, node.Edges.Length == 2 ? node.Saved(2).Open(node.Op) : null, state.Eps, state.Offset, null, y);
        return y;
    }

    private static void Reference<T>(Tensor x, Tensor? weight, double eps, double offset, Tensor y, Tensor rstd)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        RmsNormReference.Forward<T>(
            x.Span<T>(), [], weight is null ? [] : weight.Span<T>(), T.CreateTruncating(offset), T.CreateTruncating(eps), new T[x.ElementCount], y.Span<T>(), rstd.Span<T>());

    private static void Backward(BackwardContext context)
    {
        if (context.Grad.DType == DType.F64)
        {
            Backward<double>(context);
        }
        else
        {
            Backward<float>(context);
        }
    }

    private static void Backward<T>(BackwardContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double offset = context.State<State>().Offset;
        Tensor g = Strided.Contiguous(context.Grad), h = context.Saved(0), rstd = context.Saved(1);
        Tensor? weight = context.Needs(0) && context.InputCount == 2 ? Strided.Contiguous(context.Saved(2)) : null;
        bool wantsWeight = context.InputCount == 2 && context.Needs(1);
        Tensor? dh = context.Needs(0) ? Tensor.Empty(g.DType, g.Shape) : null;
        Tensor? dWeight = wantsWeight ? Tensor.Empty(g.DType, context.InputShape(1)) : null;
        if (typeof(T) == typeof(float) && KernelTable<IRmsNormKernel>.For(g.Device) is { } kernel)
        {
            kernel.Backward(
                g.Pointer<float>(), h.Pointer<float>(), weight is null ? null : weight.Pointer<float>(), (float)offset, rstd.Pointer<float>(), null,
                dh is null ? null : dh.Pointer<float>(), dWeight is null ? null : dWeight.Pointer<float>(), rstd.ElementCount, g.Shape[-1]);
        }
        else
        {
            RmsNormReference.Backward<T>(
                g.Span<T>(), h.Span<T>(), weight is null ? [] : weight.Span<T>(), T.CreateTruncating(offset), rstd.Span<T>(),
                dh is null ? new T[g.ElementCount] : dh.Span<T>(), dWeight is null ? [] : dWeight.Span<T>());
        }

        if (dh is not null)
        {
            context.Set(0, dh);
        }

        if (dWeight is not null)
        {
            context.Set(1, dWeight);
        }
    }

    private sealed record State(double Eps, double Offset);
}
