namespace Hone.Tensors;

/// <summary>One parameter of an Adafactor step with its state and its own rates.</summary>
/// <param name="Parameter">f32 or f64; must have a gradient; overwritten.</param>
/// <param name="LearningRate">Step size.</param>
/// <param name="WeightDecay">Decay coefficient.</param>
/// <remarks>All state is contiguous, of the parameter's type, zero before the first step, and overwritten.</remarks>
public sealed record AdafactorTensors(Parameter Parameter, double LearningRate, double WeightDecay)
{
    /// <summary>Mean squares of the rows: the parameter's shape without its last dimension. For two dimensions or more.</summary>
    public Tensor? RowSquares { get; init; }

    /// <summary>Mean squares of the columns: the parameter's shape without its last dimension but one. For two dimensions or more.</summary>
    public Tensor? ColumnSquares { get; init; }

    /// <summary>Mean squares of the elements, of the parameter's shape. For less than two dimensions.</summary>
    public Tensor? Squares { get; init; }

    /// <summary>Running mean of the update, of the parameter's shape, which turns the first moment on.</summary>
    public Tensor? FirstMoment { get; init; }
}
