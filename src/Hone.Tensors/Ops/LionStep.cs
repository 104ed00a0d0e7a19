using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The step of Lion.</content>
public static partial class Ops
{
    /// <summary>Updates parameters and momentum in place, each element read and written once.</summary>
    /// <param name="tensors">Parameters of one step; <see cref="StepTensors.First"/> holds the momentum.</param>
    /// <param name="settings">What they share.</param>
    /// <remarks>
    /// <c>p ← p·(1 − lr·wd) − lr·sign(β1·m + (1 − β1)·g)</c>, then <c>m ← β2·m + (1 − β2)·g</c>; the sign of 0 is 0.
    /// Source: Chen et al., arXiv:2302.06675, program 1.
    /// </remarks>
    /// <exception cref="TensorException">A parameter has no gradient, or its state has another shape or type.</exception>
    public static void LionStep(IReadOnlyList<StepTensors> tensors, LionSettings settings)
    {
        ILionKernel? kernel = KernelTable<ILionKernel>.For(Device.Cpu);
        OptimizerStep.Run(
            "Lion",
            tensors,
            static _ => 1,
            settings.GradientScale,
            kernel is null ? null : parameters => kernel.Step(parameters, settings),
            (StepTensors entry, double g, ref double p, ref double momentum, ref double _, ref double _) =>
            {
                double direction = (settings.Beta1 * momentum) + ((1 - settings.Beta1) * g);
                p *= 1 - (entry.LearningRate * entry.WeightDecay);
                p -= entry.LearningRate * (direction == 0 ? 0 : Math.CopySign(1, direction));
                momentum = (settings.Beta2 * momentum) + ((1 - settings.Beta2) * g);
            });
    }
}
