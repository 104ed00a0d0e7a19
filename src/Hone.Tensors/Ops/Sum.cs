using Hone.Tensors.Autograd;

namespace Hone.Tensors;

/// <content>The op <c>sum</c>.</content>
public static partial class Ops
{
    /// <summary>Sum of all elements.</summary>
    /// <returns>A scalar.</returns>
    /// <remarks><c>y = Σ x, dx = g everywhere</c>; added in f64 in a fixed order and rounded once. Source: elementary.</remarks>
    public static Tensor Sum(Tensor x) => Sum(x, keepDimensions: false, SumOp.AllOf(x));

    /// <summary>Sum over some dimensions.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="keepDimensions">Whether summed dimensions stay with size 1.</param>
    /// <param name="dimensions">Summed dimensions; negative counts from the end.</param>
    /// <remarks><c>y = Σ x over the dimensions, dx = g repeated</c>; added in f64 in a fixed order and rounded once. Source: elementary.</remarks>
    public static Tensor Sum(Tensor x, bool keepDimensions, params ReadOnlySpan<int> dimensions)
    {
        OpGuard.RequireFloat("sum", x);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(Sum(Cast(x, DType.F32), keepDimensions, dimensions), x.DType);
        }

        List<int> reduced = SumOp.Normalize(x, dimensions);
        Tensor sum = Reduction.Sum(x, reduced);
        Shape full = SumOp.WithOnes(x, reduced);
        Tensor y = keepDimensions ? sum.View(full, Strided.RowMajor(full.Dimensions), 0) : sum;
        return Recorder.Finish("sum", y, [x], [], static context => context.Set(0, SumOp.Spread(context.Grad, context.State<Shape>(), context.InputShape(0))), full);
    }
}

[Op("sum")]
internal sealed class SumOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("all", [new OpInput([3, 17])], inputs => Ops.Sum(inputs[0])),
        new("last", [new OpInput([3, 5, 7])], inputs => Ops.Sum(inputs[0], false, -1)),
        new("first and last, kept", [new OpInput([3, 5, 7])], inputs => Ops.Sum(inputs[0], true, 0, 2)),
        new("long", [new OpInput([40_000])], inputs => Ops.Sum(inputs[0])) { HasGradient = false },
        new("scalar", [new OpInput([])], inputs => Ops.Sum(inputs[0])),
        new("of nothing", [new OpInput([0, 3])], inputs => Ops.Sum(inputs[0], false, 0)),
    ];

    internal static int[] AllOf(Tensor x) => Enumerable.Range(0, x.Rank).ToArray();

    internal static List<int> Normalize(Tensor x, ReadOnlySpan<int> dimensions)
    {
        var normal = new List<int>();
        foreach (int dimension in dimensions)
        {
            int d = x.Shape.Normalize(dimension);
            if (!normal.Contains(d))
            {
                normal.Add(d);
            }
        }

        return normal;
    }

    /// <summary>The shape of <paramref name="x"/> with the reduced dimensions set to 1.</summary>
    internal static Shape WithOnes(Tensor x, List<int> reduced)
    {
        int[] sizes = x.Shape.Dimensions.ToArray();
        reduced.ForEach(d => sizes[d] = 1);
        return new Shape(sizes.AsSpan());
    }

    /// <summary>Repeats a reduced gradient over the shape it was reduced from.</summary>
    internal static Tensor Spread(Tensor gradient, Shape withOnes, Shape target)
    {
        Tensor g = Strided.Contiguous(gradient);
        using Tensor aligned = g.View(withOnes, Strided.RowMajor(withOnes.Dimensions), g.Offset);
        return aligned.View(target, Strided.BroadcastStrides(aligned, target), aligned.Offset);
    }
}
