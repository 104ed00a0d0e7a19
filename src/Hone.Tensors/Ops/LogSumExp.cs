namespace Hone.Tensors;

/// <content>The op <c>log_sum_exp</c>.</content>
public static partial class Ops
{
    /// <summary>Logarithm of the sum of exponentials along a dimension, without overflow.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="dimension">Dimension that is summed; negative counts from the end; must not be empty.</param>
    /// <param name="keepDimension">Whether it stays with size 1.</param>
    /// <remarks><c>y = m + ln Σ e^(x − m) with m = max x, dx = g·softmax(x)</c>; −∞ when all elements are −∞. Source: Blanchard, Higham, Higham, arXiv:1909.03469, section 1.</remarks>
    public static Tensor LogSumExp(Tensor x, int dimension, bool keepDimension = false)
    {
        Tensor largest = Max(x, dimension, keepDimension: true).Detach();
        Tensor shift = Where(IsFinite(largest), largest, Tensor.Zeros(largest.DType, largest.Shape)); // −∞ − −∞ would be NaN
        int d = x.Shape.Normalize(dimension);
        Tensor sum = Add(Log(Sum(Exp(Subtract(x, shift)), true, d)), shift);
        return keepDimension ? sum : Select(sum, d, 0);
    }
}

[Op("log_sum_exp")]
internal sealed class LogSumExpOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last", [new OpInput([3, 17])], inputs => Ops.LogSumExp(inputs[0], -1)),
        new("first, kept", [new OpInput([5, 4], -30, 30)], inputs => Ops.LogSumExp(inputs[0], 0, true)),
        new("no rows", [new OpInput([0, 3])], inputs => Ops.LogSumExp(inputs[0], 1)),
    ];
}
