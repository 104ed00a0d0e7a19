using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>Runs an <see cref="IStepRule"/> over all tensors of a step: one hand-over to the threads, one pass over the memory.</summary>
internal static unsafe class StepLoop
{
    private const long Grain = 8_192;

    /// <summary>Updates all tensors.</summary>
    /// <param name="parameters">The tensors.</param>
    /// <param name="ruleOf">The constants of one tensor, computed in f64 and then rounded.</param>
    public static void Run<TRule>(ReadOnlySpan<StepParameter> parameters, Func<StepParameter, TRule> ruleOf)
        where TRule : struct, IStepRule
    {
        StepParameter[] tensors = parameters.ToArray();
        TRule[] rules = Array.ConvertAll(tensors, tensor => ruleOf(tensor));
        long total = 0;
        foreach (StepParameter tensor in tensors)
        {
            total += tensor.Count;
        }

        SimdParallel.For(total, Grain, new Body<TRule>(tensors, rules));
    }

    // The elements of all tensors, one after the other, are the items.
    private readonly struct Body<TRule>(StepParameter[] tensors, TRule[] rules) : ISimdBody
        where TRule : struct, IStepRule
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            long start = 0;
            for (int t = 0; t < tensors.Length; t++)
            {
                long first = Math.Max(begin, start) - start;
                long last = Math.Min(end, start + tensors[t].Count) - start;
                if (first < last)
                {
                    Update<V>(tensors[t], rules[t], (nint)first, (nint)last);
                }

                start += tensors[t].Count;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Update<V>(in StepParameter tensor, TRule rule, nint begin, nint end)
            where V : struct, ISimdVector<V>
        {
            // Every pointer is null or holds tensor.Count elements, and [begin, end) lies within them.
            float* p = tensor.Parameter;
            float* g = tensor.Gradient;
            float* a = tensor.First;
            float* b = tensor.Second;
            float* c = tensor.Third;
            V scale = V.Splat(tensor.GradientScale);
            nint i = begin;
            for (; i <= end - V.Count; i += V.Count)
            {
                V value = V.Load(p + i);
                V first = a == null ? V.Zero : V.Load(a + i);
                V second = b == null ? V.Zero : V.Load(b + i);
                V third = c == null ? V.Zero : V.Load(c + i);
                rule.Update(V.Load(g + i) * scale, ref value, ref first, ref second, ref third);
                V.Store(value, p + i);
                if (a != null)
                {
                    V.Store(first, a + i);
                }

                if (b != null)
                {
                    V.Store(second, b + i);
                }

                if (c != null)
                {
                    V.Store(third, c + i);
                }
            }

            int rest = (int)(end - i);
            if (rest > 0)
            {
                V value = V.LoadPartial(p + i, rest);
                V first = a == null ? V.Zero : V.LoadPartial(a + i, rest);
                V second = b == null ? V.Zero : V.LoadPartial(b + i, rest);
                V third = c == null ? V.Zero : V.LoadPartial(c + i, rest);
                rule.Update(V.LoadPartial(g + i, rest) * scale, ref value, ref first, ref second, ref third);
                V.StorePartial(value, p + i, rest);
                if (a != null)
                {
                    V.StorePartial(first, a + i, rest);
                }

                if (b != null)
                {
                    V.StorePartial(second, b + i, rest);
                }

                if (c != null)
                {
                    V.StorePartial(third, c + i, rest);
                }
            }
        }
    }
}
