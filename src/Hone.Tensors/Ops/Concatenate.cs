using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>concatenate</c>.</content>
public static partial class Ops
{
    /// <summary>Joins tensors along a dimension.</summary>
    /// <param name="tensors">At least one; equal in type and in all other dimensions.</param>
    /// <param name="dimension">Dimension along which they follow each other; negative counts from the end.</param>
    /// <remarks><c>y = [x₀ | x₁ | …], dxᵢ = the slice of g that xᵢ became</c>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The tensors do not fit each other.</exception>
    public static Tensor Concatenate(ReadOnlySpan<Tensor> tensors, int dimension)
    {
        if (tensors.Length == 0)
        {
            throw new ArgumentException("concatenate: give at least one tensor.", nameof(tensors));
        }

        Tensor first = tensors[0];
        int d = first.Shape.Normalize(dimension);
        int total = 0;
        foreach (Tensor tensor in tensors)
        {
            OpGuard.RequireSameKind("concatenate", first, tensor);
            OpGuard.RequireShape(
                "concatenate",
                tensor.Rank == first.Rank && tensor.Shape.With(d, 0) == first.Shape.With(d, 0),
                "the tensors differ in a dimension other than the one they are joined along.",
                $"first {first}, another {tensor}, joined along dimension {d}",
                "All other dimensions must be equal.");
            total += tensor.Shape[d];
        }

        Tensor y = Tensor.Empty(first.DType, first.Shape.With(d, total));
        int start = 0;
        foreach (Tensor tensor in tensors)
        {
            using Tensor window = Window(y, d, start, tensor.Shape[d], 1);
            Strided.Copy(tensor, window);
            start += tensor.Shape[d];
        }

        return Recorder.Finish("concatenate", y, tensors, [], ConcatenateOp.Backward, d);
    }

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    /// <param name="tensors">At least one; equal in type and shape.</param>
    /// <param name="dimension">Where the new dimension stands in the result, in [0, rank].</param>
    /// <remarks><c>y[…i…] = xᵢ</c>, a <see cref="Reshape"/> and a <see cref="Concatenate"/>. Source: elementary.</remarks>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int dimension = 0)
    {
        var unsqueezed = new Tensor[tensors.Length];
        for (int i = 0; i < unsqueezed.Length; i++)
        {
            int[] sizes = tensors[i].Shape.Dimensions.ToArray();
            unsqueezed[i] = Reshape(tensors[i], [.. sizes[..dimension], 1, .. sizes[dimension..]]);
        }

        return Concatenate(unsqueezed, dimension);
    }
}

[Op("concatenate")]
internal sealed class ConcatenateOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last dimension", [new OpInput([3, 2]), new OpInput([3, 5])], inputs => Ops.Concatenate(inputs, -1)),
        new("rows of three", [new OpInput([1, 4]), new OpInput([2, 4]), new OpInput([3, 4])], inputs => Ops.Concatenate(inputs, 0)),
        new("stack", [new OpInput([2, 3]), new OpInput([2, 3])], inputs => Ops.Stack(inputs, 1)),
        new("one empty", [new OpInput([0, 4]), new OpInput([2, 4])], inputs => Ops.Concatenate(inputs, 0)),
    ];

    internal static void Backward(BackwardContext context)
    {
        int d = context.State<int>();
        int start = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            int length = context.InputShape(i)[d];
            if (context.Needs(i))
            {
                context.Set(i, Ops.Slice(context.Grad, d, start, length));
            }

            start += length;
        }
    }
}
