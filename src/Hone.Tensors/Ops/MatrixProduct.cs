using System.Numerics;
using Hone.Tensors.Kernels;
using Hone.Tensors.Threading;

namespace Hone.Tensors;

/// <summary>Matrix products of tensors of any strides and broadcast batch dimensions; no graph. The ops <c>mat_mul</c> and <c>linear</c> stand on it.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary><c>a·b</c> over the last two dimensions; leading ones broadcast.</summary>
    /// <param name="a"><c>[…, m, k]</c>, f32 or f64.</param>
    /// <param name="b"><c>[…, k, n]</c> of the same type.</param>
    /// <returns><c>[…, m, n]</c>, contiguous.</returns>
    public static Tensor Multiply(Tensor a, Tensor b)
    {
        Shape batch = Shape.Broadcast(BatchOf(a), BatchOf(b))!.Value; // the ops check shapes before they come here
        Tensor result = Tensor.Empty(a.DType, new Shape([.. batch.Dimensions, a.Shape[-2], b.Shape[-1]]));
        Fill(result, a, b, batch, accumulate: false);
        return result;
    }

    /// <summary><c>result += a·b</c> for two matrices.</summary>
    /// <param name="result"><c>[m, n]</c>, contiguous, of the operands' type.</param>
    /// <param name="a"><c>[m, k]</c>, f32 or f64.</param>
    /// <param name="b"><c>[k, n]</c> of the same type.</param>
    public static void Add(Tensor result, Tensor a, Tensor b) => Fill(result, a, b, BatchOf(a), accumulate: true);

    private static void Fill(Tensor result, Tensor a, Tensor b, Shape batch, bool accumulate)
    {
        if (result.ElementCount == 0)
        {
            return;
        }

        Operand left = Operand.Of(a, batch);
        Operand right = Operand.Of(b, batch);
        if (a.DType == DType.F64)
        {
            Reference<double>(left, right, result, accumulate);
        }
        else if (KernelTable<IMatMulKernel>.For(a.Device) is { } kernel)
        {
            Run(kernel, left, right, result, batch, accumulate);
        }
        else
        {
            Reference<float>(left, right, result, accumulate);
        }
    }

    private static void Run(IMatMulKernel kernel, Operand left, Operand right, Tensor result, Shape batch, bool accumulate)
    {
        (int m, int n, int k) = (result.Shape[-2], result.Shape[-1], left.Tensor.Shape[-1]);
        int count = (int)batch.ElementCount;
        float* a = left.Tensor.Pointer<float>();
        float* b = right.Tensor.Pointer<float>();
        float* c = result.Pointer<float>();
        nint size = (nint)m * n;
        if (left.UniformStride is { } strideA && right.UniformStride is { } strideB)
        {
            kernel.Multiply(count, left.IsTransposed, right.IsTransposed, m, n, k, a, left.Ld, strideA, b, right.Ld, strideB, c, size, accumulate);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            kernel.Multiply(1, left.IsTransposed, right.IsTransposed, m, n, k, a + left.OffsetOf(i), left.Ld, 0, b + right.OffsetOf(i), right.Ld, 0, c + (i * size), 0, accumulate);
        }
    }

    /// <summary>The definition: one sum per element, in order of k.</summary>
    private static void Reference<T>(Operand left, Operand right, Tensor result, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int m, int n, int k) = (result.Shape[-2], result.Shape[-1], left.Tensor.Shape[-1]);
        T* a = left.Tensor.Pointer<T>();
        T* b = right.Tensor.Pointer<T>();
        T* c = result.Pointer<T>();
        ComputeThreads.ForRange(result.ElementCount / n, Math.Max(1, 16_384 / ((long)n * Math.Max(1, k))), (begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                T* ra = a + left.OffsetOf((int)(row / m)) + (row % m * left.RowStep);
                T* rb = b + right.OffsetOf((int)(row / m));
                for (int j = 0; j < n; j++)
                {
                    T sum = T.Zero;
                    for (int i = 0; i < k; i++)
                    {
                        sum += ra[i * left.ColumnStep] * rb[(i * right.RowStep) + (j * right.ColumnStep)];
                    }

                    c[(row * n) + j] = accumulate ? c[(row * n) + j] + sum : sum;
                }
            }
        });
    }

    private static Shape BatchOf(Tensor x) => new(x.Shape.Dimensions[..^2]);

    /// <summary>One operand: which of its last two dimensions is contiguous, and where each product of the batch begins.</summary>
    private sealed record Operand(Tensor Tensor, bool IsTransposed, nint Ld, long[] BatchStrides, Shape Batch)
    {
        public nint RowStep => IsTransposed ? 1 : Ld;

        public nint ColumnStep => IsTransposed ? Ld : 1;

        /// <summary>Distance between products when it is the same all along; <see langword="null"/> otherwise.</summary>
        public nint? UniformStride
        {
            get
            {
                long? stride = null;
                long expected = 0;
                for (int d = Batch.Rank - 1; d >= 0; d--)
                {
                    if (Batch[d] == 1)
                    {
                        continue;
                    }

                    stride ??= expected = BatchStrides[d];
                    if (BatchStrides[d] != expected)
                    {
                        return null;
                    }

                    expected *= Batch[d];
                }

                return (nint)(stride ?? 0);
            }
        }

        public static Operand Of(Tensor x, Shape batch)
        {
            if (Layout(x) is not { } layout)
            {
                x = Strided.Clone(x);
                layout = Layout(x)!.Value; // a contiguous tensor always has one
            }

            long[] strides = Strided.BroadcastStrides(x, new Shape([.. batch.Dimensions, x.Shape[-2], x.Shape[-1]]));
            return new Operand(x, layout.IsTransposed, layout.Ld, strides[..^2], batch);
        }

        public long OffsetOf(int index)
        {
            long offset = 0;
            for (int d = Batch.Rank - 1; d >= 0; d--)
            {
                offset += index % Batch[d] * BatchStrides[d];
                index /= Batch[d];
            }

            return offset;
        }

        private static (bool IsTransposed, nint Ld)? Layout(Tensor x)
        {
            (int rows, int columns) = (x.Shape[-2], x.Shape[-1]);
            long rowStep = rows == 1 ? Math.Max(1, columns) : x.Strides[^2];
            long columnStep = columns == 1 ? 1 : x.Strides[^1];
            if (columnStep == 1 && rowStep >= columns)
            {
                return (false, (nint)rowStep);
            }

            long transposedColumnStep = columns == 1 ? Math.Max(1, rows) : x.Strides[^1];
            long transposedRowStep = rows == 1 ? 1 : x.Strides[^2];
            return transposedRowStep == 1 && transposedColumnStep >= rows ? (true, (nint)transposedColumnStep) : null;
        }
    }
}
