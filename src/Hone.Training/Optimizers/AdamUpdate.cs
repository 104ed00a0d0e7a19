using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Adam's update, decoupled or not, of parameters that may have been updated different numbers of times.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the denominator.</param>
/// <param name="HasMaximum">AMSGrad.</param>
/// <param name="IsDecoupled">AdamW.</param>
internal sealed record AdamUpdate(double Beta1, double Beta2, double Epsilon, bool HasMaximum, bool IsDecoupled)
{
    private const string First = "exp_avg", Second = "exp_avg_sq", Maximum = "max_exp_avg_sq";

    public IEnumerable<StateSlot> SlotsOf(Parameter parameter) =>
        (HasMaximum ? (string[])[First, Second, Maximum] : [First, Second]).Select(name => new StateSlot(name, parameter.Shape));

    public void Run(IEnumerable<ParameterState> active, double learningRate, float gradientScale)
    {
        foreach (IGrouping<long, ParameterState> equal in active.GroupBy(state => state.Steps))
        {
            AdamWTensors[] tensors = [.. equal.Select(state => new AdamWTensors(state.Parameter, state[First], state[Second], learningRate * state.Group.LearningRateScale, state.Group.WeightDecay)
            {
                MaxSecondMoment = HasMaximum ? state[Maximum] : null,
            })];
            Ops.AdamWStep(tensors, new AdamWSettings
            {
                Beta1 = Beta1,
                Beta2 = Beta2,
                Epsilon = Epsilon,
                Step = equal.Key,
                IsDecoupled = IsDecoupled,
                GradientScale = gradientScale,
            });
        }
    }
}
