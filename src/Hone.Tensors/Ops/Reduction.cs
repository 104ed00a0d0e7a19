using System.Numerics;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels;
using Hone.Tensors.Threading;

namespace Hone.Tensors;

/// <summary>Sums over dimensions in one fixed order, whatever the number of threads.</summary>
/// <remarks>Sums are kept in f64 and rounded once; long rows are cut into fixed pieces whose sums are added in order.</remarks>
internal static unsafe class Reduction
{
    private const long Piece = 1 << 14;

    /// <summary>Sums <paramref name="x"/> down to <paramref name="target"/>, which must broadcast to its shape: the gradient of broadcasting.</summary>
    public static Tensor SumTo(Tensor x, Shape target)
    {
        if (x.Shape == target)
        {
            return x;
        }

        var reduced = new List<int>();
        int extra = x.Rank - target.Rank;
        for (int d = 0; d < x.Rank; d++)
        {
            if (d < extra || (target[d - extra] == 1 && x.Shape[d] != 1))
            {
                reduced.Add(d);
            }
        }

        Tensor sum = x.DType.IsHalfPrecision ? Strided.Cast(Sum(Strided.Cast(x, DType.F32), reduced), x.DType) : Sum(x, reduced);
        return sum.View(target, Strided.RowMajor(target.Dimensions), 0);
    }

    /// <summary>Sum over <paramref name="dimensions"/>, which disappear; contiguous result in the current scope, without a graph.</summary>
    public static Tensor Sum(Tensor x, IReadOnlyList<int> dimensions)
    {
        IReductionKernel? kernel = x.DType == DType.F32 ? KernelTable<IReductionKernel>.For(x.Device) : null;
        if (kernel is not null && x.IsContiguous && dimensions.Count > 0 && dimensions.Count < x.Rank && dimensions.All(d => d < dimensions.Count))
        {
            return SumColumns(kernel, x, dimensions.Count);
        }

        Tensor rows = RowsOver(x, dimensions, out Shape kept, out long length);
        Tensor result = Tensor.Empty(x.DType, kept);
        if (x.DType == DType.F64)
        {
            SumRows<double>(rows, result, length);
        }
        else if (kernel is not null && kept.ElementCount > 1)
        {
            kernel.Rows(RowReduction.Sum, rows.Pointer<float>(), result.Pointer<float>(), kept.ElementCount, length);
        }
        else
        {
            SumRows<float>(rows, result, length);
        }

        return result;
    }

    /// <summary>A contiguous tensor whose trailing elements are those of <paramref name="dimensions"/>.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="dimensions">Dimensions to bring together at the end.</param>
    /// <param name="kept">Shape of the other dimensions.</param>
    /// <param name="length">Elements in a row: the product of the reduced dimensions.</param>
    public static Tensor RowsOver(Tensor x, IReadOnlyList<int> dimensions, out Shape kept, out long length)
    {
        var order = new List<int>();
        var keptSizes = new List<int>();
        length = 1;
        for (int d = 0; d < x.Rank; d++)
        {
            if (dimensions.Contains(d))
            {
                length *= x.Shape[d];
            }
            else
            {
                order.Add(d);
                keptSizes.Add(x.Shape[d]);
            }
        }

        order.AddRange(dimensions.Order());
        kept = new Shape(keptSizes.ToArray().AsSpan());
        int[] sizes = order.ConvertAll(d => x.Shape[d]).ToArray();
        long[] strides = order.ConvertAll(d => x.Strides[d]).ToArray();
        return Strided.Contiguous(x.View(new Shape(sizes.AsSpan()), strides, x.Offset));
    }

    /// <summary>Sum over the leading dimensions of a contiguous tensor, without bringing them to the end.</summary>
    private static Tensor SumColumns(IReductionKernel kernel, Tensor x, int leading)
    {
        Tensor result = Tensor.Empty(x.DType, new Shape(x.Shape.Dimensions[leading..]));
        long rows = new Shape(x.Shape.Dimensions[..leading]).ElementCount;
        kernel.SumColumns(x.Pointer<float>(), result.Pointer<float>(), rows, result.ElementCount);
        return result;
    }

    private static void SumRows<T>(Tensor rows, Tensor result, long length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* from = rows.Pointer<T>();
        T* to = result.Pointer<T>();
        long count = result.ElementCount;
        if (count == 1 && length > Piece)
        {
            var partial = new double[(length + Piece - 1) / Piece];
            ComputeThreads.ForRange(partial.Length, 4, (begin, end) =>
            {
                for (long p = begin; p < end; p++)
                {
                    partial[p] = SumRow(from + (p * Piece), Math.Min(Piece, length - (p * Piece)));
                }
            });

            double total = 0;
            foreach (double piece in partial)
            {
                total += piece;
            }

            *to = T.CreateTruncating(total);
            return;
        }

        ComputeThreads.ForRange(count, Math.Max(1, Piece / Math.Max(1, length)), (begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                to[row] = T.CreateTruncating(SumRow(from + (row * length), length));
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumRow<T>(T* row, long length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        long i = 0;
        for (; i + 4 <= length; i += 4)
        {
            s0 += double.CreateTruncating(row[i]);
            s1 += double.CreateTruncating(row[i + 1]);
            s2 += double.CreateTruncating(row[i + 2]);
            s3 += double.CreateTruncating(row[i + 3]);
        }

        for (; i < length; i++)
        {
            s0 += double.CreateTruncating(row[i]);
        }

        return (s0 + s1) + (s2 + s3);
    }
}
