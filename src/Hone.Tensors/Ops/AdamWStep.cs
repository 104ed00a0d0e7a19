using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The optimizer step that works on all parameters in one pass.</content>
public static partial class Ops
{
    /// <summary>Updates parameters and moments in place, each element read and written once.</summary>
    /// <param name="tensors">Parameters of one step count; f32 ones must be contiguous, as parameters and their gradients are.</param>
    /// <param name="settings">What they share.</param>
    /// <remarks>
    /// With <c>g</c> the scaled gradient: <c>p ← p·(1 − lr·wd)</c> (decoupled) or <c>g ← g + wd·p</c>; <c>m ← m + (1 − β1)(g − m)</c>;
    /// <c>v ← β2·v + (1 − β2)·g²</c>; <c>p ← p − lr/(1 − β1^t)·m/(√v/√(1 − β2^t) + ε)</c>, with the running maximum of v under AMSGrad.
    /// Source: Loshchilov and Hutter, arXiv:1711.05101, algorithm 2; AMSGrad: Reddi et al., arXiv:1904.09237.
    /// </remarks>
    /// <exception cref="TensorException">A parameter has no gradient, or its state has another shape or type.</exception>
    public static unsafe void AdamWStep(IReadOnlyList<AdamWTensors> tensors, AdamWSettings settings)
    {
        var fast = new List<AdamWParameter>();
        foreach (AdamWTensors entry in tensors)
        {
            Tensor gradient = Check(entry);
            if (entry.Parameter.DType == DType.F32 && KernelTable<IAdamWKernel>.For(entry.Parameter.Device) is not null)
            {
                fast.Add(new AdamWParameter
                {
                    Parameter = entry.Parameter.Pointer<float>(),
                    Gradient = gradient.Pointer<float>(),
                    FirstMoment = entry.FirstMoment.Pointer<float>(),
                    SecondMoment = entry.SecondMoment.Pointer<float>(),
                    MaxSecondMoment = entry.MaxSecondMoment is { } largest ? largest.Pointer<float>() : null,
                    Count = entry.Parameter.ElementCount,
                    LearningRate = entry.LearningRate,
                    WeightDecay = entry.WeightDecay,
                });
            }
            else
            {
                AdamWByReference(entry, gradient, settings);
            }
        }

        if (fast.Count > 0)
        {
            KernelTable<IAdamWKernel>.For(Device.Cpu)!.Step(fast.ToArray(), settings); // looked up above
        }

        foreach (AdamWTensors entry in tensors)
        {
            entry.Parameter.MarkWritten();
            entry.FirstMoment.MarkWritten();
            entry.SecondMoment.MarkWritten();
            entry.MaxSecondMoment?.MarkWritten();
        }
    }

    private static Tensor Check(AdamWTensors entry)
    {
        Tensor gradient = entry.Parameter.Grad ?? throw new TensorException(
            "AdamW: a parameter has no gradient.",
            entry.Parameter.Name,
            $"{entry.Parameter}",
            "Leave parameters that the loss did not reach out of the step: neither decay nor moments move for them.");
        foreach (Tensor? state in (Tensor?[])[gradient, entry.FirstMoment, entry.SecondMoment, entry.MaxSecondMoment])
        {
            if (state is not null && (state.Shape != entry.Parameter.Shape || state.DType != entry.Parameter.DType || !state.IsContiguous))
            {
                throw new TensorException("AdamW: a gradient or moment does not fit its parameter.", entry.Parameter.Name, $"parameter {entry.Parameter}, state {state}", "Make the state with Tensor.Zeros of the parameter's type and shape.");
            }
        }

        return gradient;
    }

    /// <summary>The formula element by element, in f64.</summary>
    private static void AdamWByReference(AdamWTensors entry, Tensor gradient, AdamWSettings settings)
    {
        double[] p = entry.Parameter.ToDoubles();
        double[] g = gradient.ToDoubles();
        double[] m = entry.FirstMoment.ToDoubles();
        double[] v = entry.SecondMoment.ToDoubles();
        double[]? largest = entry.MaxSecondMoment?.ToDoubles();
        double correction1 = 1 - Math.Pow(settings.Beta1, settings.Step);
        double correction2 = Math.Sqrt(1 - Math.Pow(settings.Beta2, settings.Step));
        for (int i = 0; i < p.Length; i++)
        {
            double scaled = g[i] * settings.GradientScale;
            if (settings.IsDecoupled)
            {
                p[i] *= 1 - (entry.LearningRate * entry.WeightDecay);
            }
            else
            {
                scaled += entry.WeightDecay * p[i];
            }

            m[i] += (1 - settings.Beta1) * (scaled - m[i]);
            v[i] = (settings.Beta2 * v[i]) + ((1 - settings.Beta2) * scaled * scaled);
            double second = v[i];
            if (largest is not null)
            {
                second = largest[i] = Math.Max(largest[i], second);
            }

            p[i] -= entry.LearningRate / correction1 * m[i] / ((Math.Sqrt(second) / correction2) + settings.Epsilon);
        }

        Write(entry.Parameter, p);
        Write(entry.FirstMoment, m);
        Write(entry.SecondMoment, v);
        if (largest is not null && entry.MaxSecondMoment is { } target)
        {
            Write(target, largest);
        }

        static void Write(Tensor target, double[] values)
        {
            using Tensor source = Tensor.From(values, target.Shape.Dimensions);
            Strided.Copy(source, target);
        }
    }
}
