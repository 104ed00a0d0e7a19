using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>What the element-wise optimizer steps share: checks, the choice between kernel and reference, and the reference's loop.</summary>
internal static class OptimizerStep
{
    /// <summary>The update of one element, in f64.</summary>
    public delegate void Formula(StepTensors entry, double gradient, ref double value, ref double first, ref double second, ref double third);

    /// <summary>Runs a step over <paramref name="tensors"/>.</summary>
    /// <param name="op">Name for errors.</param>
    /// <param name="tensors">Parameters with their state.</param>
    /// <param name="states">Number of state tensors that each must have.</param>
    /// <param name="gradientScale">Multiplies every gradient as it is read.</param>
    /// <param name="fast">The kernel for f32 parameters, if there is one.</param>
    /// <param name="formula">The reference.</param>
    public static unsafe void Run(string op, IReadOnlyList<StepTensors> tensors, Func<StepTensors, int> states, float gradientScale, Action<StepParameter[]>? fast, Formula formula)
    {
        var kernel = new List<StepParameter>();
        foreach (StepTensors entry in tensors)
        {
            Tensor gradient = Check(op, entry, states(entry));
            if (entry.Parameter.DType == DType.F32 && fast is not null)
            {
                kernel.Add(new StepParameter
                {
                    Parameter = entry.Parameter.Pointer<float>(),
                    Gradient = gradient.Pointer<float>(),
                    First = Pointer(entry.First),
                    Second = Pointer(entry.Second),
                    Third = Pointer(entry.Third),
                    Count = entry.Parameter.ElementCount,
                    GradientScale = gradientScale,
                    LearningRate = entry.LearningRate,
                    WeightDecay = entry.WeightDecay,
                    IsFirstStep = entry.IsFirstStep,
                });
            }
            else
            {
                ByReference(entry, gradient, gradientScale, formula);
            }
        }

        if (kernel.Count > 0)
        {
            fast!([.. kernel]); // only filled where there is a kernel
        }

        foreach (StepTensors entry in tensors)
        {
            entry.Parameter.MarkWritten();
            entry.First?.MarkWritten();
            entry.Second?.MarkWritten();
            entry.Third?.MarkWritten();
        }
    }

    /// <summary>The gradient of a parameter whose state fits it.</summary>
    /// <exception cref="TensorException">There is no gradient, or gradient or state has another shape, type or layout.</exception>
    public static Tensor Check(string op, Parameter parameter, params ReadOnlySpan<Tensor?> states)
    {
        Tensor gradient = parameter.Grad ?? throw new TensorException(
            $"{op}: a parameter has no gradient.",
            parameter.Name,
            $"{parameter}",
            "Leave parameters that the loss did not reach out of the step: neither decay nor state moves for them.");
        Fits(op, parameter, gradient);
        foreach (Tensor? state in states)
        {
            if (state is not null)
            {
                Fits(op, parameter, state);
            }
        }

        return gradient;
    }

    /// <summary>Overwrites a tensor with f64 values.</summary>
    public static void Write(Tensor target, double[] values)
    {
        using Tensor source = Tensor.From(values, target.Shape.Dimensions);
        Strided.Copy(source, target);
        target.MarkWritten();
    }

    private static Tensor Check(string op, StepTensors entry, int states)
    {
        int given = new[] { entry.First, entry.Second, entry.Third }.TakeWhile(state => state is not null).Count();
        if (given < states)
        {
            throw new TensorException($"{op}: a parameter lacks state.", entry.Parameter.Name, $"{given} state tensors, the settings need {states}", "Make the state with Tensor.Zeros of the parameter's type and shape.");
        }

        return Check(op, entry.Parameter, entry.First, entry.Second, entry.Third);
    }

    private static void Fits(string op, Parameter parameter, Tensor state)
    {
        if (state.Shape != parameter.Shape || state.DType != parameter.DType || !state.IsContiguous)
        {
            throw new TensorException($"{op}: a gradient or state tensor does not fit its parameter.", parameter.Name, $"parameter {parameter}, state {state}", "Make the state with Tensor.Zeros of the parameter's type and shape.");
        }
    }

    private static void ByReference(StepTensors entry, Tensor gradient, double gradientScale, Formula formula)
    {
        double[] p = entry.Parameter.ToDoubles(), g = gradient.ToDoubles();
        double[] first = entry.First?.ToDoubles() ?? new double[p.Length];
        double[] second = entry.Second?.ToDoubles() ?? new double[p.Length];
        double[] third = entry.Third?.ToDoubles() ?? new double[p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            formula(entry, g[i] * gradientScale, ref p[i], ref first[i], ref second[i], ref third[i]);
        }

        Write(entry.Parameter, p);
        foreach ((Tensor? target, double[] values) in ((Tensor?, double[])[])[(entry.First, first), (entry.Second, second), (entry.Third, third)])
        {
            if (target is not null)
            {
                Write(target, values);
            }
        }
    }

    private static unsafe float* Pointer(Tensor? state) => state is null ? null : state.Pointer<float>();
}
