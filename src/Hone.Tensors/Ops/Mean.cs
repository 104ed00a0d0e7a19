namespace Hone.Tensors;

/// <content>The op <c>mean</c>.</content>
public static partial class Ops
{
    /// <summary>Mean of all elements.</summary>
    /// <remarks><c>y = Σ x / n, dx = g / n</c>; NaN for an empty tensor. Source: elementary.</remarks>
    public static Tensor Mean(Tensor x) => Mean(x, keepDimensions: false, SumOp.AllOf(x));

    /// <summary>Mean over some dimensions.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="keepDimensions">Whether averaged dimensions stay with size 1.</param>
    /// <param name="dimensions">Averaged dimensions; negative counts from the end.</param>
    /// <remarks><c>y = Σ x / n, dx = g / n repeated</c>; NaN over an empty dimension. Source: elementary.</remarks>
    public static Tensor Mean(Tensor x, bool keepDimensions, params ReadOnlySpan<int> dimensions)
    {
        OpGuard.RequireFloat("mean", x);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(Mean(Cast(x, DType.F32), keepDimensions, dimensions), x.DType);
        }

        double count = 1;
        SumOp.Normalize(x, dimensions).ForEach(d => count *= x.Shape[d]);
        return Scale(Sum(x, keepDimensions, dimensions), 1 / count); // 0 · ∞ is NaN over an empty dimension, as wanted
    }
}

[Op("mean")]
internal sealed class MeanOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("all", [new OpInput([3, 17])], inputs => Ops.Mean(inputs[0])),
        new("first", [new OpInput([5, 7])], inputs => Ops.Mean(inputs[0], false, 0)),
        new("kept", [new OpInput([2, 5, 7])], inputs => Ops.Mean(inputs[0], true, -1)),
        new("of no rows", [new OpInput([0, 3])], inputs => Ops.Mean(inputs[0], false, 1)),
    ];
}
