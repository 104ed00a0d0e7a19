using Hone.Tensors.Kernels;
using Hone.Tensors.Threading;

namespace Hone.Tensors;

/// <summary>Walks tensors of any strides: copies, casts, fills, and the loop that element-wise references run in.</summary>
internal static unsafe class Strided
{
    // Below this many elements a second thread costs more than it brings.
    private const long ParallelGrain = 1 << 15;

    /// <summary>One row of a strided loop: operand <c>i</c> starts at element <c>offsets[i]</c> and steps by <c>strides[i]</c>.</summary>
    public delegate void Row(long* offsets, long* strides, long count);

    /// <summary>Strides of a contiguous row-major tensor.</summary>
    public static long[] RowMajor(ReadOnlySpan<int> dimensions)
    {
        var strides = new long[dimensions.Length];
        long step = 1;
        for (int i = dimensions.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(1, dimensions[i]);
        }

        return strides;
    }

    /// <summary>Whether elements lie in row-major order without gaps; dimensions of size 1 may have any stride.</summary>
    public static bool IsContiguous(ReadOnlySpan<int> dimensions, ReadOnlySpan<long> strides)
    {
        long step = 1;
        for (int i = dimensions.Length - 1; i >= 0; i--)
        {
            if (dimensions[i] == 0)
            {
                return true;
            }

            if (dimensions[i] != 1 && strides[i] != step)
            {
                return false;
            }

            step *= dimensions[i];
        }

        return true;
    }

    /// <summary>Strides that read <paramref name="tensor"/> as if it had shape <paramref name="target"/>, repeating along new and size-1 dimensions.</summary>
    public static long[] BroadcastStrides(Tensor tensor, Shape target)
    {
        var strides = new long[target.Rank];
        for (int i = 1; i <= tensor.Rank; i++)
        {
            strides[^i] = tensor.Shape[-i] == 1 && target[-i] != 1 ? 0 : tensor.Strides[^i];
        }

        return strides;
    }

    /// <summary>The tensor itself when it is contiguous, else a contiguous copy in the current scope; without a graph.</summary>
    public static Tensor Contiguous(Tensor tensor) => tensor.IsContiguous ? tensor : Clone(tensor);

    /// <summary>A contiguous copy in the current scope, without a graph.</summary>
    public static Tensor Clone(Tensor tensor)
    {
        Tensor copy = Tensor.Empty(tensor.DType, tensor.Shape);
        Copy(tensor, copy);
        return copy;
    }

    /// <summary>A contiguous tensor of type <paramref name="dtype"/>; the tensor itself when it already is one. Without a graph.</summary>
    public static Tensor Cast(Tensor tensor, DType dtype)
    {
        if (tensor.DType == dtype)
        {
            return Contiguous(tensor);
        }

        Tensor result = Tensor.Empty(dtype, tensor.Shape);
        Copy(tensor, result);
        return result;
    }

    /// <summary>Copies element by element between tensors of one shape, converting the type.</summary>
    public static void Copy(Tensor source, Tensor target)
    {
        if (target.Storage.IsReadOnly)
        {
            throw new Errors.TensorException("A mapped file cannot be written to.", OpContext.Describe("copy"), $"target {target}", "Clone the tensor and write into the copy.");
        }

        if (source.DType == target.DType && source.IsContiguous && target.IsContiguous)
        {
            long bytes = source.ElementCount * source.DType.SizeBytes;
            byte* from = source.Address;
            byte* to = target.Address;
            ComputeThreads.ForRange(bytes, ParallelGrain * 8, (begin, end) => Buffer.MemoryCopy(from + begin, to + begin, end - begin, end - begin));
            return;
        }

        if (source.DType != target.DType && source.IsContiguous && target.IsContiguous
            && KernelTable<ICastKernel>.For(source.Device) is { } cast && cast.Supports(source.DType, target.DType))
        {
            cast.Convert(source.DType, source.Address, target.DType, target.Address, source.ElementCount);
            return;
        }

        if (!TryTranspose(source, target))
        {
            ElementConversion.Copy(source, target);
        }
    }

    /// <summary>Copies matrices whose rows and columns changed places block by block, instead of striding through memory.</summary>
    private static bool TryTranspose(Tensor source, Tensor target)
    {
        if (source.DType != target.DType || source.ElementCount == 0 || KernelTable<ITransposeKernel>.For(source.Device) is not { } kernel)
        {
            return false;
        }

        (long[] sizes, long[][] steps) = Merge(source.Shape, [source.StridesArray, target.StridesArray]);
        (long[] from, long[] to) = (steps[0], steps[1]);
        if (sizes.Length is not (2 or 3) || from[^2] != 1 || to[^1] != 1 || from[^1] < sizes[^2] || to[^2] < sizes[^1])
        {
            return false;
        }

        int size = source.DType.SizeBytes;
        for (long matrix = 0; matrix < (sizes.Length == 3 ? sizes[0] : 1); matrix++)
        {
            byte* a = source.Address + (matrix * from[0] * (sizes.Length == 3 ? size : 0));
            byte* b = target.Address + (matrix * to[0] * (sizes.Length == 3 ? size : 0));
            kernel.Transpose(a, from[^1], b, to[^2], sizes[^1], sizes[^2], size);
        }

        return true;
    }

    /// <summary>Sets every element to <paramref name="value"/>, rounded to the element type.</summary>
    public static void Fill(Tensor target, double value)
    {
        Tensor single = Tensor.Empty(DType.F64, Shape.Scalar);
        *single.Pointer<double>() = value;
        Tensor repeated = single.View(target.Shape, new long[target.Rank], 0);
        Copy(repeated, target);
        repeated.Dispose();
        single.Dispose();
    }

    /// <summary>Runs <paramref name="body"/> over all rows of a loop of shape <paramref name="shape"/>, with neighbouring dimensions merged where every operand allows it.</summary>
    /// <param name="shape">Loop bounds.</param>
    /// <param name="strides">Per operand, one stride per dimension, in elements.</param>
    /// <param name="body">Computes one row; rows are independent and may run on several threads.</param>
    /// <param name="grain">Elements below which one thread does all.</param>
    public static void ForEachRow(Shape shape, long[][] strides, Row body, long grain = ParallelGrain)
    {
        if (shape.ElementCount == 0)
        {
            return;
        }

        (long[] sizes, long[][] steps) = Merge(shape, strides);
        long inner = sizes[^1];
        long outer = shape.ElementCount / inner;
        if (outer == 1)
        {
            ComputeThreads.ForRange(inner, grain, (begin, end) => Walk(sizes, steps, body, 0, 1, begin, end));
        }
        else
        {
            ComputeThreads.ForRange(outer, Math.Max(1, grain / inner), (begin, end) => Walk(sizes, steps, body, begin, end, 0, inner));
        }
    }

    private static void Walk(long[] sizes, long[][] steps, Row body, long firstRow, long lastRow, long begin, long end)
    {
        int operands = steps.Length;
        int outerRank = sizes.Length - 1;
        long* offsets = stackalloc long[operands];
        long* inner = stackalloc long[operands];
        long* index = stackalloc long[outerRank + 1];
        for (int o = 0; o < operands; o++)
        {
            inner[o] = steps[o][outerRank];
            offsets[o] = begin * inner[o];
        }

        long rest = firstRow;
        for (int d = outerRank - 1; d >= 0; d--)
        {
            index[d] = rest % sizes[d];
            rest /= sizes[d];
            for (int o = 0; o < operands; o++)
            {
                offsets[o] += index[d] * steps[o][d];
            }
        }

        for (long row = firstRow; row < lastRow; row++)
        {
            body(offsets, inner, end - begin);
            for (int d = outerRank - 1; d >= 0; d--)
            {
                bool wraps = ++index[d] == sizes[d];
                for (int o = 0; o < operands; o++)
                {
                    offsets[o] += wraps ? -(sizes[d] - 1) * steps[o][d] : steps[o][d];
                }

                if (!wraps)
                {
                    break;
                }

                index[d] = 0;
            }
        }
    }

    /// <summary>The loop over <paramref name="shape"/> with neighbouring dimensions merged where every operand allows it: sizes and, per operand, steps.</summary>
    public static (long[] Sizes, long[][] Steps) Merge(Shape shape, long[][] strides)
    {
        var sizes = new List<long>();
        var kept = new List<int>(); // innermost original dimension of each merged one
        for (int d = 0; d < shape.Rank; d++)
        {
            if (shape[d] == 1)
            {
                continue;
            }

            bool merges = kept.Count > 0;
            for (int o = 0; merges && o < strides.Length; o++)
            {
                merges = strides[o][kept[^1]] == strides[o][d] * shape[d];
            }

            if (merges)
            {
                sizes[^1] *= shape[d];
                kept[^1] = d;
            }
            else
            {
                sizes.Add(shape[d]);
                kept.Add(d);
            }
        }

        if (sizes.Count == 0)
        {
            return ([1], Array.ConvertAll(strides, _ => new long[] { 0 }));
        }

        return (sizes.ToArray(), Array.ConvertAll(strides, s => kept.ConvertAll(d => s[d]).ToArray()));
    }
}
