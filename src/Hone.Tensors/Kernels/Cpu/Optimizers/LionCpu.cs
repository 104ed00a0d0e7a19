using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>Lion on the CPU.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed class LionCpu : ILionKernel
{
    /// <inheritdoc/>
    public void Step(ReadOnlySpan<StepParameter> parameters, LionSettings settings) => StepLoop.Run(parameters, tensor => new Rule(tensor, settings));

    private readonly struct Rule(in StepParameter tensor, LionSettings settings) : IStepRule
    {
        private readonly float _beta1 = (float)settings.Beta1;
        private readonly float _oneMinusBeta1 = (float)(1 - settings.Beta1);
        private readonly float _beta2 = (float)settings.Beta2;
        private readonly float _oneMinusBeta2 = (float)(1 - settings.Beta2);
        private readonly float _keep = (float)(1 - (tensor.LearningRate * tensor.WeightDecay));
        private readonly float _rate = (float)tensor.LearningRate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<V>(V gradient, ref V value, ref V first, ref V second, ref V third)
            where V : struct, ISimdVector<V>
        {
            V direction = V.MultiplyAdd(gradient, V.Splat(_oneMinusBeta1), first * V.Splat(_beta1));
            V step = V.Select(V.IsEqual(direction, V.Zero), V.Zero, V.CopySign(V.Splat(_rate), direction));
            value = (value * V.Splat(_keep)) - step;
            first = V.MultiplyAdd(gradient, V.Splat(_oneMinusBeta2), first * V.Splat(_beta2));
        }
    }
}
