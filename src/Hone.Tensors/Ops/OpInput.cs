namespace Hone.Tensors;

/// <summary>One tensor argument of a sample call; the suite fills it with seeded random values and varies its strides.</summary>
/// <param name="Shape">Dimensions.</param>
/// <param name="Low">Smallest value, inclusive.</param>
/// <param name="High">Largest value, exclusive.</param>
internal sealed record OpInput(int[] Shape, double Low = -2, double High = 2)
{
    /// <summary>Type of an input that is not a float (indices, masks), whose values are whole numbers; <see langword="null"/> for the float type under test.</summary>
    public DType? Fixed { get; init; }

    /// <summary>Whether the op gives this input a gradient.</summary>
    public bool IsDifferentiable { get; init; } = true;

    /// <summary>Indices or labels in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static OpInput Indices(int[] shape, int low, int high, DType dtype = DType.I64) => new(shape, low, high) { Fixed = dtype, IsDifferentiable = false };

    /// <summary>A random mask.</summary>
    public static OpInput Mask(int[] shape) => new(shape, 0, 2) { Fixed = DType.Bool, IsDifferentiable = false };
}
