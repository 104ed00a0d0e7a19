using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The step of stochastic gradient descent.</content>
public static partial class Ops
{
    /// <summary>Updates parameters and momentum in place, each element read and written once.</summary>
    /// <param name="tensors">Parameters of one step; <see cref="StepTensors.First"/> holds the momentum, when there is one.</param>
    /// <param name="settings">What they share.</param>
    /// <remarks>
    /// With <c>g ← g + wd·p</c>: <c>b ← μ·b + (1 − τ)·g</c> (<c>b ← g</c> in a parameter's first step); <c>p ← p − lr·(g + μ·b)</c> with Nesterov's momentum,
    /// else <c>p ← p − lr·b</c>. Source: Sutskever et al., ICML 2013, section 2; order of operations as in <c>torch.optim.SGD</c>.
    /// </remarks>
    /// <exception cref="TensorException">A parameter has no gradient, or its state has another shape or type.</exception>
    public static void SgdStep(IReadOnlyList<StepTensors> tensors, SgdSettings settings)
    {
        ISgdKernel? kernel = KernelTable<ISgdKernel>.For(Device.Cpu);
        OptimizerStep.Run(
            "SGD",
            tensors,
            _ => settings.Momentum == 0 ? 0 : 1,
            settings.GradientScale,
            kernel is null ? null : parameters => kernel.Step(parameters, settings),
            (StepTensors entry, double g, ref double p, ref double momentum, ref double _, ref double _) =>
            {
                g += entry.WeightDecay * p;
                double update = g;
                if (settings.Momentum != 0)
                {
                    momentum = entry.IsFirstStep ? g : (settings.Momentum * momentum) + ((1 - settings.Dampening) * g);
                    update = settings.IsNesterov ? g + (settings.Momentum * momentum) : momentum;
                }

                p -= entry.LearningRate * update;
            });
    }
}
