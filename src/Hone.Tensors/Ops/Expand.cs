using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>expand</c>.</content>
public static partial class Ops
{
    /// <summary>Repeats dimensions of size 1, and adds leading ones, without copying.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="shape">Shape that <paramref name="x"/> broadcasts to.</param>
    /// <remarks><c>y[i] = x[i, with 0 in repeated dimensions], dx = sum of g over repeats</c>. Source: NumPy broadcasting.</remarks>
    /// <exception cref="ShapeMismatchException"><paramref name="x"/> does not broadcast to <paramref name="shape"/>.</exception>
    public static Tensor Expand(Tensor x, params ReadOnlySpan<int> shape)
    {
        var target = new Shape(shape);
        OpGuard.RequireShape(
            "expand",
            Shape.Broadcast(x.Shape, target) is { } common && common == target,
            "the tensor does not broadcast to the shape.",
            $"{x}, asked for {target}",
            "Aligned at the last dimension, each size must be equal or 1.");
        Tensor y = x.View(target, Strided.BroadcastStrides(x, target), x.Offset);
        return Recorder.Finish("expand", y, [x], [], static context => context.Set(0, Reduction.SumTo(context.Grad, context.InputShape(0))));
    }
}

[Op("expand")]
internal sealed class ExpandOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("size 1", [new OpInput([3, 1])], inputs => Ops.Expand(inputs[0], 3, 5)),
        new("new dimensions", [new OpInput([4])], inputs => Ops.Expand(inputs[0], 2, 3, 4)),
        new("scalar", [new OpInput([])], inputs => Ops.Expand(inputs[0], 2, 2)),
        new("same", [new OpInput([2, 3])], inputs => Ops.Expand(inputs[0], 2, 3)),
        new("empty", [new OpInput([1, 3])], inputs => Ops.Expand(inputs[0], 0, 3)),
        new("of nothing", [new OpInput([0, 1])], inputs => Ops.Expand(inputs[0], 0, 3)),
    ];
}
