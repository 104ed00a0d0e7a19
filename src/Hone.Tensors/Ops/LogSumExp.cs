using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>log_sum_exp</c>.</content>
public static partial class Ops
{
    /// <summary>Logarithm of the sum of exponentials along a dimension, without overflow.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="dimension">Dimension that is summed; negative counts from the end; must not be empty.</param>
    /// <param name="keepDimension">Whether it stays with size 1.</param>
    /// <remarks><c>y = m + ln Σ e^(x − m) with m = max x, dx = g·softmax(x)</c>; −∞ when all elements are −∞. Source: Blanchard, Higham, Higham, arXiv:1909.03469, section 1.</remarks>
    public static unsafe Tensor LogSumExp(Tensor x, int dimension, bool keepDimension = false)
    {
        OpGuard.RequireFloat("log_sum_exp", x);
        int d = x.Shape.Normalize(dimension);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(LogSumExp(Cast(x, DType.F32), d, keepDimension), x.DType);
        }

        Tensor y;
        if (x.DType == DType.F32 && x.Shape[d] > 0 && KernelTable<IReductionKernel>.For(x.Device) is { } kernel)
        {
            Tensor rows = Reduction.RowsOver(x, [d], out Shape kept, out long length);
            y = Tensor.Empty(x.DType, kept);
            kernel.Rows(RowReduction.LogSumExp, rows.Pointer<float>(), y.Pointer<float>(), kept.ElementCount, length);
            y = LogSumExpOp.Insert(y, d);
            Recorder.Finish("log_sum_exp", y, [x], Recorder.Wants(x) ? [x, y] : [null, null], LogSumExpOp.Backward);
        }
        else
        {
            y = LogSumExpOp.Reference(x, d);
        }

        return keepDimension ? y : Select(y, d, 0);
    }
}

[Op("log_sum_exp")]
internal sealed class LogSumExpOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last", [new OpInput([3, 17])], inputs => Ops.LogSumExp(inputs[0], -1)),
        new("first, kept", [new OpInput([5, 4], -30, 30)], inputs => Ops.LogSumExp(inputs[0], 0, true)),
        new("no rows", [new OpInput([0, 3])], inputs => Ops.LogSumExp(inputs[0], 1)),
    ];

    /// <summary>The formula in primitive ops; keeps the dimension with size 1.</summary>
    internal static Tensor Reference(Tensor x, int dimension)
    {
        Tensor largest = Ops.Max(x, dimension, keepDimension: true).Detach();
        Tensor shift = FiniteOrZero(largest);
        return Ops.Add(Ops.Log(Ops.Sum(Ops.Exp(Ops.Subtract(x, shift)), true, dimension)), shift);
    }

    internal static void Backward(BackwardContext context) =>
        context.Set(0, Ops.Multiply(context.Grad, Ops.Exp(Ops.Subtract(context.Saved(0), FiniteOrZero(context.Saved(1))))));

    /// <summary>A view with a dimension of size 1 put in.</summary>
    internal static Tensor Insert(Tensor x, int dimension)
    {
        var sizes = new List<int>(x.Shape.Dimensions.ToArray());
        sizes.Insert(dimension, 1);
        return Ops.Reshape(x, sizes.ToArray());
    }

    // −∞ − −∞ would be NaN
    private static Tensor FiniteOrZero(Tensor x) => Ops.Where(Ops.IsFinite(x), x, Tensor.Zeros(x.DType, x.Shape));
}
