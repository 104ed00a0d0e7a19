using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The step of RMSprop.</content>
public static partial class Ops
{
    /// <summary>Updates parameters and state in place, each element read and written once.</summary>
    /// <param name="tensors">
    /// Parameters of one step; <see cref="StepTensors.First"/> holds the mean square, <see cref="StepTensors.Second"/> the momentum and
    /// <see cref="StepTensors.Third"/> the mean gradient. With a mean gradient and no momentum the second is there and stays zero.
    /// </param>
    /// <param name="settings">What they share.</param>
    /// <remarks>
    /// With <c>g ← g + wd·p</c>: <c>v ← α·v + (1 − α)·g²</c>; <c>a ← a + (1 − α)(g − a)</c> when centered; <c>u = g/(√max(0, v − a²) + ε)</c>;
    /// <c>b ← μ·b + u</c>; <c>p ← p − lr·b</c>, or <c>p − lr·u</c> without momentum.
    /// Source: Tieleman and Hinton 2012, lecture 6e; centered: Graves, arXiv:1308.0850, section 4.2; order of operations as in <c>torch.optim.RMSprop</c>,
    /// which does not keep the variance from falling below 0 by rounding.
    /// </remarks>
    /// <exception cref="TensorException">A parameter has no gradient, or its state has another shape or type.</exception>
    public static void RmsPropStep(IReadOnlyList<StepTensors> tensors, RmsPropSettings settings)
    {
        IRmsPropKernel? kernel = KernelTable<IRmsPropKernel>.For(Device.Cpu);
        OptimizerStep.Run(
            "RMSprop",
            tensors,
            _ => settings.IsCentered ? 3 : settings.Momentum == 0 ? 1 : 2,
            settings.GradientScale,
            kernel is null ? null : parameters => kernel.Step(parameters, settings),
            (StepTensors entry, double g, ref double p, ref double square, ref double momentum, ref double mean) =>
            {
                g += entry.WeightDecay * p;
                square = (settings.Alpha * square) + ((1 - settings.Alpha) * g * g);
                double variance = square;
                if (settings.IsCentered)
                {
                    mean += (1 - settings.Alpha) * (g - mean);
                    variance = Math.Max(0, square - (mean * mean));
                }

                double update = g / (Math.Sqrt(variance) + settings.Epsilon);
                if (settings.Momentum != 0)
                {
                    update = momentum = (settings.Momentum * momentum) + update;
                }

                p -= entry.LearningRate * update;
            });
    }
}
