using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>permute</c>.</content>
public static partial class Ops
{
    /// <summary>The same elements with the dimensions in another order; shares bytes.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="order">For each dimension of the result, the dimension of <paramref name="x"/> that it is; negative counts from the end.</param>
    /// <remarks><c>y[i_order] = x[i], dx = g with the inverse order</c>. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException"><paramref name="order"/> is not a permutation of the dimensions.</exception>
    public static Tensor Permute(Tensor x, params ReadOnlySpan<int> order)
    {
        var normal = new int[order.Length];
        var inverse = new int[order.Length];
        Array.Fill(inverse, -1);
        bool isPermutation = order.Length == x.Rank;
        for (int i = 0; isPermutation && i < order.Length; i++)
        {
            normal[i] = order[i] < 0 ? order[i] + x.Rank : order[i];
            isPermutation = (uint)normal[i] < (uint)x.Rank && inverse[normal[i]] < 0;
            if (isPermutation)
            {
                inverse[normal[i]] = i;
            }
        }

        OpGuard.RequireShape(
            "permute",
            isPermutation,
            "the order does not name each dimension once.",
            $"{x}, order [{string.Join(", ", order.ToArray())}]",
            $"Give each of the dimensions 0 to {x.Rank - 1} exactly once.");
        return Recorder.Finish("permute", Reordered(x, normal), [x], [], static context => context.Set(0, Reordered(context.Grad, context.State<int[]>())), inverse);
    }

    /// <summary>Swaps two dimensions; shares bytes.</summary>
    /// <param name="x">Any tensor with both dimensions.</param>
    /// <param name="first">Negative counts from the end.</param>
    /// <param name="second">Negative counts from the end.</param>
    /// <remarks><c>y[…j…i…] = x[…i…j…]</c>, a <see cref="Permute"/>. Source: elementary.</remarks>
    public static Tensor Transpose(Tensor x, int first = -2, int second = -1)
    {
        var order = new int[x.Rank];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        (int a, int b) = (x.Shape.Normalize(first), x.Shape.Normalize(second));
        (order[a], order[b]) = (b, a);
        return Permute(x, order);
    }

    private static Tensor Reordered(Tensor x, int[] order)
    {
        int[] sizes = Array.ConvertAll(order, d => x.Shape[d]);
        long[] strides = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            strides[i] = x.Strides[order[i]];
        }

        return x.View(new Shape(sizes.AsSpan()), strides, x.Offset);
    }
}

[Op("permute")]
internal sealed class PermuteOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("three dimensions", [new OpInput([2, 3, 5])], inputs => Ops.Permute(inputs[0], 2, 0, 1)),
        new("transpose", [new OpInput([4, 7])], inputs => Ops.Transpose(inputs[0])),
        new("scalar", [new OpInput([])], inputs => Ops.Permute(inputs[0])),
        new("empty", [new OpInput([0, 3, 2])], inputs => Ops.Transpose(inputs[0], 0, -1)),
    ];
}
