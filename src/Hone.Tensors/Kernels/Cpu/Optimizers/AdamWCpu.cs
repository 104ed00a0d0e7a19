using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>AdamW on the CPU: one hand-over to the threads for all tensors, one pass over 28 bytes an element.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class AdamWCpu : IAdamWKernel
{
    private const long Grain = 8_192;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<AdamWParameter> parameters, AdamWSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Step, 1);
        AdamWParameter[] tensors = parameters.ToArray();
        long total = 0;
        foreach (AdamWParameter tensor in tensors)
        {
            total += tensor.Count;
        }

        SimdParallel.For(total, Grain, new Body(tensors, settings));
    }

    // The elements of all tensors, one after the other, are the items.
    private readonly struct Body(AdamWParameter[] tensors, AdamWSettings settings) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            long start = 0;
            foreach (AdamWParameter tensor in tensors)
            {
                long first = Math.Max(begin, start) - start;
                long last = Math.Min(end, start + tensor.Count) - start;
                if (first < last)
                {
                    Update<V>(tensor, new Coefficients(tensor, settings), settings.IsDecoupled, (nint)first, (nint)last);
                }

                start += tensor.Count;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Update<V>(in AdamWParameter tensor, in Coefficients c, bool isDecoupled, nint begin, nint end)
            where V : struct, ISimdVector<V>
        {
            float* p = tensor.Parameter;
            float* g = tensor.Gradient;
            float* m = tensor.FirstMoment;
            float* v = tensor.SecondMoment;
            float* maxV = tensor.MaxSecondMoment;
            V gradientScale = V.Splat(c.GradientScale), keep = V.Splat(c.Keep), l2 = V.Splat(isDecoupled ? 0f : c.WeightDecay);
            V oneMinusBeta1 = V.Splat(c.OneMinusBeta1), beta2 = V.Splat(c.Beta2), oneMinusBeta2 = V.Splat(c.OneMinusBeta2);
            V rootCorrection = V.Splat(c.RootCorrection), epsilon = V.Splat(c.Epsilon), minusStep = V.Splat(-c.StepSize);
            nint i = begin;
            for (; i <= end - V.Count; i += V.Count)
            {
                V value = V.Load(p + i);
                V gradient = V.MultiplyAdd(value, l2, V.Load(g + i) * gradientScale);
                V first = V.Load(m + i);
                first = V.MultiplyAdd(gradient - first, oneMinusBeta1, first);
                V second = V.MultiplyAdd(gradient * gradient, oneMinusBeta2, V.Load(v + i) * beta2);
                V.Store(first, m + i);
                V.Store(second, v + i);
                if (maxV != null)
                {
                    second = V.Max(V.Load(maxV + i), second);
                    V.Store(second, maxV + i);
                }

                V denominator = (V.Sqrt(second) / rootCorrection) + epsilon;
                V.Store(V.MultiplyAdd(first / denominator, minusStep, value * keep), p + i);
            }

            int rest = (int)(end - i);
            if (rest > 0)
            {
                V value = V.LoadPartial(p + i, rest);
                V gradient = V.MultiplyAdd(value, l2, V.LoadPartial(g + i, rest) * gradientScale);
                V first = V.LoadPartial(m + i, rest);
                first = V.MultiplyAdd(gradient - first, oneMinusBeta1, first);
                V second = V.MultiplyAdd(gradient * gradient, oneMinusBeta2, V.LoadPartial(v + i, rest) * beta2);
                V.StorePartial(first, m + i, rest);
                V.StorePartial(second, v + i, rest);
                if (maxV != null)
                {
                    second = V.Max(V.LoadPartial(maxV + i, rest), second);
                    V.StorePartial(second, maxV + i, rest);
                }

                V denominator = (V.Sqrt(second) / rootCorrection) + epsilon;
                V.StorePartial(V.MultiplyAdd(first / denominator, minusStep, value * keep), p + i, rest);
            }
        }
    }

    /// <summary>The constants of one tensor's update, computed in f64 as PyTorch does and then rounded.</summary>
    private readonly struct Coefficients(in AdamWParameter tensor, AdamWSettings settings)
    {
        public readonly float GradientScale = settings.GradientScale;
        public readonly float Keep = settings.IsDecoupled ? (float)(1 - (tensor.LearningRate * tensor.WeightDecay)) : 1f;
        public readonly float WeightDecay = (float)tensor.WeightDecay;
        public readonly float OneMinusBeta1 = (float)(1 - settings.Beta1);
        public readonly float Beta2 = (float)settings.Beta2;
        public readonly float OneMinusBeta2 = (float)(1 - settings.Beta2);
        public readonly float RootCorrection = (float)Math.Sqrt(1 - Math.Pow(settings.Beta2, settings.Step));
        public readonly float Epsilon = (float)settings.Epsilon;
        public readonly float StepSize = (float)(tensor.LearningRate / (1 - Math.Pow(settings.Beta1, settings.Step)));
    }
}
