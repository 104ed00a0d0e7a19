namespace Hone.Tensors;

/// <summary>One parameter of an AdamW step with its state and its own rates.</summary>
/// <param name="Parameter">f32 or f64; must have a gradient; overwritten.</param>
/// <param name="FirstMoment">Running mean of the gradient, of the parameter's shape and type; overwritten; zero before the first step.</param>
/// <param name="SecondMoment">Running mean of the squared gradient; likewise.</param>
/// <param name="LearningRate">Step size.</param>
/// <param name="WeightDecay">Decay coefficient.</param>
public sealed record AdamWTensors(Parameter Parameter, Tensor FirstMoment, Tensor SecondMoment, double LearningRate, double WeightDecay)
{
    /// <summary>Largest second moment so far, which turns AMSGrad on; likewise.</summary>
    public Tensor? MaxSecondMoment { get; init; }
}
