using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>reshape</c>.</content>
public static partial class Ops
{
    /// <summary>The same elements in row-major order under another shape; shares bytes when the input is contiguous.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="shape">New dimensions; one of them may be −1 and is then computed.</param>
    /// <remarks><c>y[flat i] = x[flat i], dx = reshape(g)</c>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The element counts differ, or −1 cannot be computed.</exception>
    public static Tensor Reshape(Tensor x, params ReadOnlySpan<int> shape)
    {
        Shape target = Resolve(x, shape);
        using Tensor source = Strided.Contiguous(x).Detach();
        Tensor y = source.View(target, Strided.RowMajor(target.Dimensions), source.Offset);
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
        new("to a scalar", [new OpInput([1, 1])], inputs => Ops.Reshape(inputs[0])),
        new("empty", [new OpInput([0, 5])], inputs => Ops.Reshape(inputs[0], 5, 0)),
    ];
}
