using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>layer_norm</c>.</content>
public static partial class Ops
{
    /// <summary>Shifts every row to mean 0 and scales it to variance 1, then applies a weight and a bias per column.</summary>
    /// <param name="x"><c>[…, columns]</c>, any floating-point type.</param>
    /// <param name="weight"><c>[columns]</c> of the same type, or none.</param>
    /// <param name="bias"><c>[columns]</c> of the same type, or none; only together with a weight.</param>
    /// <param name="eps">Added to the variance, above or equal to 0.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>r = 1/√(var(x) + eps), x̂ = (x − mean)·r, y = x̂·w + b; with a = g·w: dx = r·(a − mean(a) − x̂·mean(a·x̂)), dw = Σ g·x̂, db = Σ g</c>.
    /// The variance divides by the number of columns. Source: Ba et al., arXiv:1607.06450.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">Weight or bias do not hold one value per column, or there is a bias without a weight.</exception>
    public static Tensor LayerNorm(Tensor x, Tensor? weight, Tensor? bias, double eps)
    {
        RmsNormOp.Check("layer_norm", x, weight);
        RmsNormOp.Check("layer_norm", x, bias);
        OpGuard.RequireShape("layer_norm", bias is null || weight is not null, "a bias without a weight is not a layer norm.", $"bias {bias}", "Pass the weight too, or neither.");
        if (x.DType.IsHalfPrecision)
        {
            Tensor wide = LayerNorm(Cast(x, DType.F32), weight is null ? null : Cast(weight, DType.F32), bias is null ? null : Cast(bias, DType.F32), eps);
            return Cast(wide, x.DType);
        }

        Tensor source = Strided.Contiguous(x), y = Tensor.Empty(x.DType, x.Shape);
        (Tensor mean, Tensor rstd) = LayerNormOp.Forward(source, weight, bias, eps, y);
        bool wantsWeight = weight is not null && Recorder.Wants(weight);
        bool wants = Recorder.Wants(x) || wantsWeight;
        ReadOnlySpan<Tensor?> saved = [wants ? source : null, wants ? mean : null, wants ? rstd : null, Recorder.Wants(x) ? weight : null];
        return (weight, bias) switch
        {
            (null, _) => Recorder.Finish("layer_norm", y, [x], saved, LayerNormOp.Backward),
            (_, null) => Recorder.Finish("layer_norm", y, [x, weight], saved, LayerNormOp.Backward),
            _ => Recorder.Finish("layer_norm", y, [x, weight, bias], saved, LayerNormOp.Backward),
        };
    }
}

[Op("layer_norm")]
internal sealed unsafe class LayerNormOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("weight and bias", [new OpInput([3, 17]), new OpInput([17]), new OpInput([17])], x => Ops.LayerNorm(x[0], x[1], x[2], 1e-5)) { RelativeTolerance = 4e-6 },
        new("weight", [new OpInput([2, 3, 8]), new OpInput([8])], x => Ops.LayerNorm(x[0], x[1], null, 1e-3)) { RelativeTolerance = 4e-6 },
        new("plain", [new OpInput([2, 33])], x => Ops.LayerNorm(x[0], null, null, 1e-5)) { RelativeTolerance = 4e-6 },
        new("many rows", [new OpInput([37, 6]), new OpInput([6]), new OpInput([6])], x => Ops.LayerNorm(x[0], x[1], x[2], 1e-2)) { RelativeTolerance = 4e-6 },
        new("no rows", [new OpInput([0, 7]), new OpInput([7]), new OpInput([7])], x => Ops.LayerNorm(x[0], x[1], x[2], 1e-5)),
    ];

    internal static (Tensor Mean, Tensor Rstd) Forward(Tensor x, Tensor? weight, Tensor? bias, double eps, Tensor y)
    {
        int columns = x.Shape[-1];
        var rows = new Shape(columns == 0 ? 0 : (int)(x.ElementCount / columns));
        Tensor mean = Tensor.Empty(x.DType, rows), rstd = Tensor.Empty(x.DType, rows);
        Tensor? w = weight is null ? null : Strided.Contiguous(weight), b = bias is null ? null : Strided.Contiguous(bias);
        if (x.DType == DType.F64)
        {
            Reference<double>(x, w, b, eps, y, mean, rstd);
        }
        else if (KernelTable<ILayerNormKernel>.For(x.Device) is { } kernel)
        {
            kernel.Forward(
                x.Pointer<float>(), w is null ? null : w.Pointer<float>(), b is null ? null : b.Pointer<float>(), (float)eps, y.Pointer<float>(),
                mean.Pointer<float>(), rstd.Pointer<float>(), rows[0], columns);
        }
        else
        {
            Reference<float>(x, w, b, eps, y, mean, rstd);
        }

        return (mean, rstd);
    }

    internal static void Backward(BackwardContext context)
    {
        if (context.InputCount == 3 && context.Needs(2) && !context.Needs(0) && !context.Needs(1))
        {
            context.Set(2, BiasGradient(Strided.Contiguous(context.Grad), context.InputShape(2))); // nothing was saved, and nothing is needed
        }
        else if (context.Grad.DType == DType.F64)
        {
            Backward<double>(context);
        }
        else
        {
            Backward<float>(context);
        }
    }

    // The same additions in the same order as in the kernel and the reference, so that freezing the weight changes no bit.
    private static Tensor BiasGradient(Tensor g, Shape shape)
    {
        Tensor dBias = Tensor.Empty(g.DType, shape);
        long rows = shape[0] == 0 ? 0 : g.ElementCount / shape[0];
        if (g.DType == DType.F64)
        {
            SumRows<double>(g, dBias);
        }
        else if (KernelTable<IReductionKernel>.For(g.Device) is { } kernel)
        {
            kernel.SumColumns(g.Pointer<float>(), dBias.Pointer<float>(), rows, shape[0]);
        }
        else
        {
            SumRows<float>(g, dBias);
        }

        return dBias;
    }

    private static void SumRows<T>(Tensor g, Tensor dBias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> values = g.Span<T>();
        Span<T> sums = dBias.Span<T>();
        sums.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            sums[i % sums.Length] += values[i];
        }
    }

    private static void Reference<T>(Tensor x, Tensor? weight, Tensor? bias, double eps, Tensor y, Tensor mean, Tensor rstd)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        LayerNormReference.Forward<T>(
            x.Span<T>(), weight is null ? [] : weight.Span<T>(), bias is null ? [] : bias.Span<T>(), T.CreateTruncating(eps), y.Span<T>(), mean.Span<T>(), rstd.Span<T>());

    private static void Backward<T>(BackwardContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor g = Strided.Contiguous(context.Grad), x = context.Saved(0), mean = context.Saved(1), rstd = context.Saved(2);
        Tensor? weight = context.Needs(0) && context.InputCount > 1 ? Strided.Contiguous(context.Saved(3)) : null;
        Tensor? dx = context.Needs(0) ? Tensor.Empty(g.DType, g.Shape) : null;
        Tensor? dWeight = context.InputCount > 1 && context.Needs(1) ? Tensor.Empty(g.DType, context.InputShape(1)) : null;
        Tensor? dBias = context.InputCount > 2 && context.Needs(2) ? Tensor.Empty(g.DType, context.InputShape(2)) : null;
        if (typeof(T) == typeof(float) && KernelTable<ILayerNormKernel>.For(g.Device) is { } kernel)
        {
            kernel.Backward(
                g.Pointer<float>(), x.Pointer<float>(), weight is null ? null : weight.Pointer<float>(), mean.Pointer<float>(), rstd.Pointer<float>(),
                dx is null ? null : dx.Pointer<float>(), dWeight is null ? null : dWeight.Pointer<float>(), dBias is null ? null : dBias.Pointer<float>(),
                rstd.ElementCount, g.Shape[-1]);
        }
        else
        {
            LayerNormReference.Backward<T>(
                g.Span<T>(), x.Span<T>(), weight is null ? [] : weight.Span<T>(), mean.Span<T>(), rstd.Span<T>(),
                dx is null ? new T[g.ElementCount] : dx.Span<T>(), dWeight is null ? [] : dWeight.Span<T>(), dBias is null ? [] : dBias.Span<T>());
        }

        ReadOnlySpan<Tensor?> results = [dx, dWeight, dBias];
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { } result)
            {
                context.Set(i, result);
            }
        }
    }
}
