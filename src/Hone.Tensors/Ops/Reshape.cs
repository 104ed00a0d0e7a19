using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>reshape</c>.</content>
public static partial class Ops
{
    /// <summary>The same elements in row-major order under another shape; shares bytes when strides can express it, as when a dimension is split.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="shape">New dimensions; one of them may be −1 and is then computed.</param>
    /// <remarks><c>y[flat i] = x[flat i], dx = reshape(g)</c>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The element counts differ, or −1 cannot be computed.</exception>
    public static Tensor Reshape(Tensor x, params ReadOnlySpan<int> shape)
    {
        Shape target = Resolve(x, shape);
        Tensor y;
        if (ReshapeOp.TryStrides(x, target) is { } strides)
        {
            y = x.View(target, strides, x.Offset);
        }
        else
        {
            using Tensor source = Strided.Clone(x);
            y = source.View(target, Strided.RowMajor(target.Dimensions), source.Offset);
        }

        return Recorder.Finish("reshape", y, [x], [], static context =>
        {
            Tensor g = Strided.Contiguous(context.Grad);
            Shape original = context.InputShape(0);
            context.Set(0, g.View(original, Strided.RowMajor(original.Dimensions), g.Offset));
        });
    }

    private static Shape Resolve(Tensor x, ReadOnlySpan<int> shape)
    {
        int[] sizes = shape.ToArray();
        int unknown = Array.IndexOf(sizes, -1);
        if (unknown >= 0)
        {
            long known = 1;
            for (int i = 0; i < sizes.Length; i++)
            {
                known *= i == unknown ? 1 : sizes[i];
            }

            sizes[unknown] = known > 0 && x.ElementCount % known == 0 ? (int)(x.ElementCount / known) : -1;
        }

        bool fits = Array.TrueForAll(sizes, size => size >= 0) && new Shape(sizes.AsSpan()).ElementCount == x.ElementCount;
        OpGuard.RequireShape(
            "reshape",
            fits,
            "the new shape does not hold the elements.",
            $"{x} with {x.ElementCount} elements, asked for [{string.Join(", ", shape.ToArray())}]",
            "Give dimensions whose product is the element count; at most one may be -1.");
        return new Shape(sizes.AsSpan());
    }
}

[Op("reshape")]
internal sealed class ReshapeOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("flatten", [new OpInput([3, 4])], inputs => Ops.Reshape(inputs[0], -1)),
        new("split a dimension", [new OpInput([6, 5])], inputs => Ops.Reshape(inputs[0], 2, -1, 5)),
        new("split a part of rows", [new OpInput([3, 9])], inputs => Ops.Reshape(Ops.Slice(inputs[0], 1, 2, 6), 3, 2, 3)),
        new("merge a part of rows", [new OpInput([3, 4, 3])], inputs => Ops.Reshape(Ops.Slice(inputs[0], 1, 1, 2), 3, 6)),
        new("merge what cannot be a view", [new OpInput([3, 4])], inputs => Ops.Reshape(Ops.Transpose(inputs[0]), 12)),
        new("to a scalar", [new OpInput([1, 1])], inputs => Ops.Reshape(inputs[0])),
        new("empty", [new OpInput([0, 5])], inputs => Ops.Reshape(inputs[0], 5, 0)),
    ];

    /// <summary>Strides under which the elements have the new shape where they lie; null when they must be copied.</summary>
    /// <remarks>Dimensions are matched from the last: a run of old ones that lie behind each other makes up a run of new ones.</remarks>
    internal static long[]? TryStrides(Tensor x, Shape target)
    {
        if (x.IsContiguous || x.ElementCount == 0)
        {
            return Strided.RowMajor(target.Dimensions);
        }

        var strides = new long[target.Rank];
        int to = target.Rank - 1;
        for (int from = x.Rank - 1; from >= 0; from--)
        {
            long size = x.Shape[from], step = x.Strides[from];
            while (from > 0 && (x.Shape[from - 1] == 1 || x.Strides[from - 1] == size * step))
            {
                size *= x.Shape[--from];
            }

            long covered = 1;
            for (; to >= 0 && (covered < size || target[to] == 1); to--)
            {
                strides[to] = step * covered;
                covered *= target[to];
            }

            if (covered != size)
            {
                return null;
            }
        }

        return strides;
    }
}
