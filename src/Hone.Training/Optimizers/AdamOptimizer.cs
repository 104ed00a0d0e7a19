using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Adam and AdamW.</summary>
internal sealed class AdamOptimizer(IReadOnlyList<ParameterGroup> groups, AdamUpdate update) : Optimizer(groups)
{
    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter) => update.SlotsOf(parameter);

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale) => update.Run(active, learningRate, gradientScale);
}
