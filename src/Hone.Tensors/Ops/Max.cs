using System.Numerics;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Threading;

namespace Hone.Tensors;

/// <content>The ops <c>max</c> and <c>arg_max</c>.</content>
public static partial class Ops
{
    /// <summary>Largest element along a dimension.</summary>
    /// <param name="x">Any shape and floating-point type; the dimension must not be empty.</param>
    /// <param name="dimension">Dimension that is searched; negative counts from the end.</param>
    /// <param name="keepDimension">Whether it stays with size 1.</param>
    /// <remarks><c>y = maxᵢ xᵢ, dx = g at the first largest element and 0 elsewhere</c>; NaN wins. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The dimension is empty.</exception>
    public static Tensor Max(Tensor x, int dimension, bool keepDimension = false)
    {
        OpGuard.RequireFloat("max", x);
        return Gather(x, dimension, ArgMax(x, dimension, keepDimension: true), keepDimension);
    }

    /// <summary>Index of the first largest element along a dimension.</summary>
    /// <param name="x">Any shape and floating-point type; the dimension must not be empty.</param>
    /// <param name="dimension">Dimension that is searched; negative counts from the end.</param>
    /// <param name="keepDimension">Whether it stays with size 1.</param>
    /// <returns>i64; no gradient.</returns>
    /// <remarks><c>y = argmaxᵢ xᵢ</c>, the first on ties; a NaN counts as largest. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The dimension is empty.</exception>
    public static unsafe Tensor ArgMax(Tensor x, int dimension, bool keepDimension = false)
    {
        OpGuard.RequireFloat("arg_max", x);
        int d = x.Shape.Normalize(dimension);
        OpGuard.RequireShape("arg_max", x.Shape[d] > 0 || x.ElementCount > 0 || x.Shape.With(d, 1).ElementCount == 0, "an empty dimension has no largest element.", $"{x}, dimension {d}", "Skip empty inputs before this op.");
        Shape kept = x.Shape.With(d, 1);
        Tensor indices = Tensor.Empty(DType.I64, kept);
        using (var scope = TensorScope.Begin("arg_max"))
        {
            Tensor computed = Strided.Cast(x, x.DType == DType.F64 ? DType.F64 : DType.F32);
            Tensor rows = Reduction.RowsOver(computed, [d], out _, out long length);
            if (x.DType == DType.F64)
            {
                MaxOp.Search<double>(rows, indices, length);
            }
            else if (length > 0 && KernelTable<IReductionKernel>.For(x.Device) is { } kernel)
            {
                kernel.ArgMax(rows.Pointer<float>(), indices.Pointer<long>(), indices.ElementCount, length);
            }
            else
            {
                MaxOp.Search<float>(rows, indices, length);
            }
        }

        return keepDimension ? indices : Select(indices, d, 0);
    }
}

[Op("max")]
internal sealed class MaxOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last", [new OpInput([3, 17])], inputs => Ops.Max(inputs[0], -1)),
        new("middle, kept", [new OpInput([2, 5, 3])], inputs => Ops.Max(inputs[0], 1, true)),
        new("one element", [new OpInput([4, 1])], inputs => Ops.Max(inputs[0], 1)),
        new("no rows", [new OpInput([0, 3])], inputs => Ops.Max(inputs[0], 1)),
    ];

    internal static unsafe void Search<T>(Tensor rows, Tensor indices, long length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* from = rows.Pointer<T>();
        long* to = indices.Pointer<long>();
        ComputeThreads.ForRange(indices.ElementCount, Math.Max(1, 16_384 / Math.Max(1, length)), (begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                T* values = from + (row * length);
                long best = 0;
                for (long i = 1; i < length && !T.IsNaN(values[best]); i++)
                {
                    best = values[i] > values[best] || T.IsNaN(values[i]) ? i : best;
                }

                to[row] = best;
            }
        });
    }
}
