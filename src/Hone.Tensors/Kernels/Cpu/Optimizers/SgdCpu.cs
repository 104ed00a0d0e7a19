using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>Stochastic gradient descent on the CPU.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed class SgdCpu : ISgdKernel
{
    /// <inheritdoc/>
    public void Step(ReadOnlySpan<StepParameter> parameters, SgdSettings settings) => StepLoop.Run(parameters, tensor => new Rule(tensor, settings));

    private readonly struct Rule(in StepParameter tensor, SgdSettings settings) : IStepRule
    {
        private readonly bool _hasMomentum = settings.Momentum != 0;
        private readonly bool _isNesterov = settings.IsNesterov;
        private readonly float _weightDecay = (float)tensor.WeightDecay;
        private readonly float _keep = tensor.IsFirstStep ? 0f : (float)settings.Momentum;
        private readonly float _add = tensor.IsFirstStep ? 1f : (float)(1 - settings.Dampening);
        private readonly float _momentum = (float)settings.Momentum;
        private readonly float _minusRate = (float)-tensor.LearningRate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<V>(V gradient, ref V value, ref V first, ref V second, ref V third)
            where V : struct, ISimdVector<V>
        {
            gradient = V.MultiplyAdd(value, V.Splat(_weightDecay), gradient);
            V update = gradient;
            if (_hasMomentum)
            {
                first = V.MultiplyAdd(gradient, V.Splat(_add), first * V.Splat(_keep));
                update = _isNesterov ? V.MultiplyAdd(first, V.Splat(_momentum), gradient) : first;
            }

            value = V.MultiplyAdd(update, V.Splat(_minusRate), value);
        }
    }
}
