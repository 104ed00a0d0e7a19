using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>RMSprop on the CPU.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed class RmsPropCpu : IRmsPropKernel
{
    /// <inheritdoc/>
    public void Step(ReadOnlySpan<StepParameter> parameters, RmsPropSettings settings) => StepLoop.Run(parameters, tensor => new Rule(tensor, settings));

    private readonly struct Rule(in StepParameter tensor, RmsPropSettings settings) : IStepRule
    {
        private readonly bool _hasMomentum = settings.Momentum != 0;
        private readonly bool _isCentered = settings.IsCentered;
        private readonly float _weightDecay = (float)tensor.WeightDecay;
        private readonly float _alpha = (float)settings.Alpha;
        private readonly float _oneMinusAlpha = (float)(1 - settings.Alpha);
        private readonly float _epsilon = (float)settings.Epsilon;
        private readonly float _momentum = (float)settings.Momentum;
        private readonly float _minusRate = (float)-tensor.LearningRate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<V>(V gradient, ref V value, ref V first, ref V second, ref V third)
            where V : struct, ISimdVector<V>
        {
            gradient = V.MultiplyAdd(value, V.Splat(_weightDecay), gradient);
            first = V.MultiplyAdd(gradient * gradient, V.Splat(_oneMinusAlpha), first * V.Splat(_alpha));
            V variance = first;
            if (_isCentered)
            {
                third = V.MultiplyAdd(gradient - third, V.Splat(_oneMinusAlpha), third);
                variance = V.Max(V.Zero, first - (third * third));
            }

            V update = gradient / (V.Sqrt(variance) + V.Splat(_epsilon));
            if (_hasMomentum)
            {
                second = V.MultiplyAdd(second, V.Splat(_momentum), update);
                update = second;
            }

            value = V.MultiplyAdd(update, V.Splat(_minusRate), value);
        }
    }
}
