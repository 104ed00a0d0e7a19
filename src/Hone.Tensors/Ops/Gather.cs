using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>gather</c>.</content>
public static partial class Ops
{
    /// <summary>Picks elements along a dimension, one index list per row.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="dimension">Dimension that is indexed; negative counts from the end.</param>
    /// <param name="indices">i64 of the shape of <paramref name="x"/> except along <paramref name="dimension"/>.</param>
    /// <param name="keepDimension">Whether a dimension that holds one index each stays.</param>
    /// <remarks><c>y[…i…] = x[…indices[…i…]…], dx[…indices[…i…]…] += g[…i…]</c>, added in row order. Source: PyTorch <c>gather</c>.</remarks>
    /// <exception cref="ShapeMismatchException">The indices do not have the shape of the rows, or one lies outside the dimension.</exception>
    public static Tensor Gather(Tensor x, int dimension, Tensor indices, bool keepDimension = true)
    {
        OpGuard.RequireFloat("gather", x);
        OpGuard.RequireDType("gather", indices, DType.I64, "the indices");
        int d = x.Shape.Normalize(dimension);
        OpGuard.RequireShape("gather", indices.Rank == x.Rank && indices.Shape.With(d, 0) == x.Shape.With(d, 0), "the indices do not fit the rows.", $"x {x}, indices {indices}, dimension {d}", "All dimensions but the indexed one must be equal.");
        if (x.DType.IsHalfPrecision)
        {
            return Cast(Gather(Cast(x, DType.F32), d, indices, keepDimension), x.DType);
        }

        GatherOp.Validate(indices, x.Shape[d]);
        Tensor y = Tensor.Empty(x.DType, indices.Shape);
        GatherOp.Walk(x, y, indices, d, isScatter: false);
        Tensor result = Recorder.Finish("gather", y, [x], [Recorder.Wants(x) ? indices : null], static context =>
        {
            Tensor dx = Tensor.Zeros(context.InputDType(0), context.InputShape(0));
            GatherOp.Walk(dx, context.Grad, context.Saved(0), context.State<int>(), isScatter: true);
            context.Set(0, dx);
        }, d);
        return keepDimension ? result : Select(result, d, 0);
    }
}

[Op("gather")]
internal sealed class GatherOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last", [new OpInput([3, 7]), OpInput.Indices([3, 4], 0, 7)], inputs => Ops.Gather(inputs[0], -1, inputs[1])),
        new("first", [new OpInput([5, 3]), OpInput.Indices([9, 3], 0, 5)], inputs => Ops.Gather(inputs[0], 0, inputs[1])),
        new("one each", [new OpInput([4, 6]), OpInput.Indices([4, 1], 0, 6)], inputs => Ops.Gather(inputs[0], 1, inputs[1], false)),
        new("no indices", [new OpInput([4, 6]), OpInput.Indices([4, 0], 0, 6)], inputs => Ops.Gather(inputs[0], 1, inputs[1])),
    ];

    internal static void Validate(Tensor indices, int size)
    {
        long[] values = indices.ToArray<long>();
        int wrong = Array.FindIndex(values, value => (ulong)value >= (ulong)size);
        OpGuard.RequireShape("gather", wrong < 0, "an index lies outside the dimension.", $"index {(wrong < 0 ? 0 : values[wrong])} at flat position {wrong}, dimension of size {size}", $"Indices must be from 0 to {size - 1}.");
    }

    /// <summary>Copies chosen elements of <paramref name="x"/> to <paramref name="y"/>, or adds those of <paramref name="y"/> to them.</summary>
    internal static void Walk(Tensor x, Tensor y, Tensor indices, int dimension, bool isScatter)
    {
        if (x.DType == DType.F64)
        {
            Walk<double>(x, y, indices, dimension, isScatter);
        }
        else
        {
            Walk<float>(x, y, indices, dimension, isScatter);
        }
    }

    private static unsafe void Walk<T>(Tensor x, Tensor y, Tensor indices, int dimension, bool isScatter)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        T* px = x.Pointer<T>();
        T* py = y.Pointer<T>();
        long* index = indices.Pointer<long>();
        long step = x.Strides[dimension];
        long[] along = x.Strides.ToArray();
        along[dimension] = 0;
        long[][] strides = [along, y.Strides.ToArray(), indices.Strides.ToArray()];
        // One thread: several indices may name one element, and they are added in row order.
        Strided.ForEachRow(y.Shape, strides, (o, s, count) =>
        {
            for (long i = 0; i < count; i++)
            {
                T* at = px + o[0] + (i * s[0]) + (index[o[2] + (i * s[2])] * step);
                T* other = py + o[1] + (i * s[1]);
                if (isScatter)
                {
                    *at += *other;
                }
                else
                {
                    *other = *at;
                }
            }
        }, isScatter ? long.MaxValue : 1 << 15);
    }
}
