using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>index_select</c>.</content>
public static partial class Ops
{
    /// <summary>Picks whole slices along the first dimension, by a list of indices.</summary>
    /// <param name="x">At least one dimension, any floating-point type.</param>
    /// <param name="indices">i64 <c>[n]</c>, each in [0, first dimension).</param>
    /// <returns><c>[n, …]</c>.</returns>
    /// <remarks><c>y[i] = x[indices[i]], dx[indices[i]] += g[i]</c>, added in order of i. Source: PyTorch <c>index_select</c>.</remarks>
    /// <exception cref="ShapeMismatchException">An index lies outside the dimension.</exception>
    public static Tensor IndexSelect(Tensor x, Tensor indices)
    {
        OpGuard.RequireDType("index_select", indices, DType.I64, "the indices");
        OpGuard.RequireShape("index_select", indices.Rank == 1 && x.Rank >= 1, "it takes a list of indices into the first dimension.", $"x {x}, indices {indices}", "Flatten the indices to one dimension.");
        long[] rows = indices.ToArray<long>();
        GatherOp.Validate(indices, x.Shape[0]);
        Tensor y = Tensor.Empty(x.DType, x.Shape.With(0, rows.Length));
        for (int i = 0; i < rows.Length; i++)
        {
            using Tensor from = Window(x, 0, (int)rows[i], 1, 1);
            using Tensor to = Window(y, 0, i, 1, 1);
            Strided.Copy(from, to);
        }

        return Recorder.Finish("index_select", y, [x], [], static context =>
        {
            long[] rows = context.State<long[]>();
            Tensor dx = Tensor.Zeros(context.InputDType(0), context.InputShape(0));
            for (int i = 0; i < rows.Length; i++)
            {
                using Tensor from = Window(context.Grad, 0, i, 1, 1);
                using Tensor to = Window(dx, 0, (int)rows[i], 1, 1);
                AddInPlace(to, from);
            }

            context.Set(0, dx);
        }, rows);
    }
}

[Op("index_select")]
internal sealed class IndexSelectOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("rows", [new OpInput([5, 7]), OpInput.Indices([9], 0, 5)], inputs => Ops.IndexSelect(inputs[0], inputs[1])),
        new("elements", [new OpInput([5]), OpInput.Indices([3], 0, 5)], inputs => Ops.IndexSelect(inputs[0], inputs[1])),
        new("no indices", [new OpInput([5, 2]), OpInput.Indices([0], 0, 5)], inputs => Ops.IndexSelect(inputs[0], inputs[1])),
    ];
}
