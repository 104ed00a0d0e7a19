namespace Hone.Tensors;

/// <content>The op <c>softmax</c>.</content>
public static partial class Ops
{
    /// <summary>Probabilities along a dimension: positive and adding up to 1.</summary>
    /// <param name="x">At least one dimension, any floating-point type.</param>
    /// <param name="dimension">Dimension that is normalised; negative counts from the end.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks>
    /// <c>y = e^(x − m) / Σ e^(x − m) with m = max x; dx = y·(g − Σ g·y)</c>. Elements of −∞ get probability 0; a row of −∞ alone gives NaN, as in PyTorch.
    /// Source: Blanchard, Higham, Higham, arXiv:1909.03469, section 1.
    /// </remarks>
    /// <exception cref="Errors.ShapeMismatchException"><paramref name="dimension"/> does not exist.</exception>
    public static Tensor Softmax(Tensor x, int dimension = -1) => NormalizedExponential.Apply("softmax", isLog: false, x, dimension);
}

[Op("softmax")]
internal sealed class SoftmaxOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("last", [new OpInput([3, 17], -5, 5)], x => Ops.Softmax(x[0])) { RelativeTolerance = 4e-6 },
        new("first", [new OpInput([5, 4])], x => Ops.Softmax(x[0], 0)) { RelativeTolerance = 4e-6 },
        new("middle", [new OpInput([2, 9, 3])], x => Ops.Softmax(x[0], 1)) { RelativeTolerance = 4e-6 },
        new("vector", [new OpInput([33], -30, 30)], x => Ops.Softmax(x[0])) { RelativeTolerance = 4e-6 },
        new("no rows", [new OpInput([0, 3])], x => Ops.Softmax(x[0])),
        new("no columns", [new OpInput([3, 0])], x => Ops.Softmax(x[0])),
    ];
}
