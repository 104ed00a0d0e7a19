using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Stochastic gradient descent.</summary>
internal sealed class SgdOptimizer(IReadOnlyList<ParameterGroup> groups, SgdOptions options) : Optimizer(groups)
{
    private const string Momentum = "momentum_buffer";

    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter) => options.Momentum == 0 ? [] : [new StateSlot(Momentum, parameter.Shape)];

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale) =>
        Ops.SgdStep(
            [.. active.Select(state => new StepTensors(state.Parameter, learningRate * state.Group.LearningRateScale, state.Group.WeightDecay)
            {
                First = options.Momentum == 0 ? null : state[Momentum],
                IsFirstStep = state.Steps == 1,
            })],
            new SgdSettings { Momentum = options.Momentum, Dampening = options.Dampening, IsNesterov = options.Nesterov, GradientScale = gradientScale });
}
