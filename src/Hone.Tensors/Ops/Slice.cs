using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>slice</c>.</content>
public static partial class Ops
{
    /// <summary>A range of one dimension; shares bytes.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="dimension">Dimension that is cut; negative counts from the end.</param>
    /// <param name="start">First index, in [0, size].</param>
    /// <param name="length">Indices taken, counted after <paramref name="step"/>.</param>
    /// <param name="step">Distance between taken indices, at least 1.</param>
    /// <remarks><c>y[…i…] = x[…start + i·step…], dx = g there and 0 elsewhere</c>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The range does not lie inside the dimension.</exception>
    public static Tensor Slice(Tensor x, int dimension, int start, int length, int step = 1)
    {
        int d = x.Shape.Normalize(dimension);
        bool fits = start >= 0 && length >= 0 && step >= 1 && (length == 0 ? start <= x.Shape[d] : start + ((long)(length - 1) * step) < x.Shape[d]);
        OpGuard.RequireShape(
            "slice",
            fits,
            "the range does not lie inside the dimension.",
            $"{x}, dimension {d}, start {start}, length {length}, step {step}",
            $"Dimension {d} has indices 0 to {x.Shape[d] - 1}.");
        return Recorder.Finish(
            "slice",
            Window(x, d, start, length, step),
            [x],
            [],
            static context =>
            {
                var (d, start, length, step) = context.State<(int, int, int, int)>();
                Tensor dx = Tensor.Zeros(context.InputDType(0), context.InputShape(0));
                Strided.Copy(context.Grad, Window(dx, d, start, length, step));
                context.Set(0, dx);
            },
            (d, start, length, step));
    }

    /// <summary>One index of one dimension, which disappears; shares bytes.</summary>
    /// <remarks><c>y[…] = x[…index…]</c>, a <see cref="Slice"/> and a <see cref="Reshape"/>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The dimension has no such index.</exception>
    public static Tensor Select(Tensor x, int dimension, int index)
    {
        int d = x.Shape.Normalize(dimension);
        int[] sizes = x.Shape.Dimensions.ToArray();
        return Reshape(Slice(x, d, index, 1), [.. sizes[..d], .. sizes[(d + 1)..]]);
    }

    private static Tensor Window(Tensor x, int dimension, int start, int length, int step)
    {
        long[] strides = x.Strides.ToArray();
        long offset = x.Offset + (length == 0 ? 0 : start * strides[dimension]);
        strides[dimension] *= step;
        return x.View(x.Shape.With(dimension, length), strides, offset);
    }
}

[Op("slice")]
internal sealed class SliceOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("middle of the last dimension", [new OpInput([3, 9])], inputs => Ops.Slice(inputs[0], -1, 2, 5)),
        new("every second row", [new OpInput([7, 4])], inputs => Ops.Slice(inputs[0], 0, 1, 3, 2)),
        new("select", [new OpInput([4, 3, 2])], inputs => Ops.Select(inputs[0], 1, 2)),
        new("nothing", [new OpInput([4, 3])], inputs => Ops.Slice(inputs[0], 0, 4, 0)),
        new("empty", [new OpInput([0, 3])], inputs => Ops.Slice(inputs[0], 1, 1, 2)),
    ];
}
