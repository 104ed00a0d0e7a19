using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>RMSprop.</summary>
internal sealed class RmsPropOptimizer(IReadOnlyList<ParameterGroup> groups, RmsPropOptions options) : Optimizer(groups)
{
    private const string Square = "square_avg", Momentum = "momentum_buffer", Mean = "grad_avg";

    // The op numbers its state: with a mean gradient the momentum has its place too.
    private readonly bool _hasMomentum = options.Momentum != 0 || options.Centered;

    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter)
    {
        yield return new StateSlot(Square, parameter.Shape);
        if (_hasMomentum)
        {
            yield return new StateSlot(Momentum, parameter.Shape);
        }

        if (options.Centered)
        {
            yield return new StateSlot(Mean, parameter.Shape);
        }
    }

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale) =>
        Ops.RmsPropStep(
            [.. active.Select(state => new StepTensors(state.Parameter, learningRate * state.Group.LearningRateScale, state.Group.WeightDecay)
            {
                First = state[Square],
                Second = _hasMomentum ? state[Momentum] : null,
                Third = options.Centered ? state[Mean] : null,
            })],
            new RmsPropSettings { Alpha = options.Alpha, Epsilon = options.Eps, Momentum = options.Momentum, IsCentered = options.Centered, GradientScale = gradientScale });
}
