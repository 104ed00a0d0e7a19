using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Lion.</summary>
internal sealed class LionOptimizer(IReadOnlyList<ParameterGroup> groups, LionOptions options) : Optimizer(groups)
{
    private const string Momentum = "exp_avg";

    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter) => [new StateSlot(Momentum, parameter.Shape)];

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale) =>
        Ops.LionStep(
            [.. active.Select(state => new StepTensors(state.Parameter, learningRate * state.Group.LearningRateScale, state.Group.WeightDecay) { First = state[Momentum] })],
            new LionSettings { Beta1 = options.Betas[0], Beta2 = options.Betas[1], GradientScale = gradientScale });
}
