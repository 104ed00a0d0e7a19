using Hone.Core.Random;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Compares an op's gradients with central differences in f64, and computes gradients in any type.</summary>
internal static class GradientCheck
{
    // The error of a central difference in f64 is about ε^(2/3) ≈ 4e-11 times the third derivative; samples are smooth at this scale.
    private const double Step = 1e-5;
    private const double Tolerance = 2e-7;

    public static void Run(OpSample sample, Layout layout, string what)
    {
        using var scope = TensorScope.Begin("gradient check");
        Tensor[] inputs = SampleInputs.Build(sample, DType.F64, layout, trainable: true);
        Tensor output = sample.Invoke(inputs);
        double[] weights = Weights(output);
        Backward(output, weights);
        List<Parameter> leaves = SampleInputs.Leaves(inputs);
        for (int leaf = 0; leaf < leaves.Count; leaf++)
        {
            double[] actual = leaves[leaf].Grad?.ToDoubles() ?? new double[leaves[leaf].ElementCount];
            var expected = new double[actual.Length];
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = (Objective(sample, layout, leaf, i, Step, weights) - Objective(sample, layout, leaf, i, -Step, weights)) / (2 * Step);
            }

            Close.Assert(actual, expected, Tolerance, Tolerance, $"{what}: gradient of leaf {leaf}", mayBeEmpty: true);
        }
    }

    /// <summary>Gradients of a fixed random projection of the result, one per differentiable input.</summary>
    public static List<Tensor> Gradients(OpSample sample, DType dtype, Layout layout)
    {
        Tensor[] inputs = SampleInputs.Build(sample, dtype, layout, trainable: true);
        Tensor output = sample.Invoke(inputs);
        Backward(output, Weights(output));
        return SampleInputs.Leaves(inputs).ConvertAll(Taken);
    }

    /// <summary>The same with only one of the differentiable inputs trainable.</summary>
    public static List<Tensor?> GradientsWithOnly(OpSample sample, int kept)
    {
        Tensor[] inputs = SampleInputs.Build(sample, DType.F32, Layout.Contiguous, trainable: true);
        List<Parameter> leaves = SampleInputs.Leaves(inputs);
        for (int i = 0; i < leaves.Count; i++)
        {
            leaves[i].IsTrainable = i == kept;
        }

        Tensor output = sample.Invoke(inputs);
        Backward(output, Weights(output));
        return leaves.ConvertAll(leaf => leaf.Grad is null ? null : (Tensor?)Taken(leaf));
    }

    private static Tensor Taken(Parameter leaf)
    {
        Tensor gradient = leaf.Grad is null ? Tensor.Zeros(leaf.DType, leaf.Shape) : Strided.Clone(leaf.Grad);
        leaf.ZeroGrad();
        leaf.Dispose();
        return gradient;
    }

    private static double Objective(OpSample sample, Layout layout, int leaf, int element, double step, double[] weights)
    {
        using var scope = TensorScope.Begin("difference");
        Tensor[] inputs = SampleInputs.Build(sample, DType.F64, layout, trainable: true);
        Parameter parameter = SampleInputs.Leaves(inputs)[leaf];
        double[] values = parameter.ToDoubles();
        values[element] += step;

        // Views of the leaf are made anew from the changed values.
        Tensor[] changed = SampleInputs.Rebuild(sample, inputs, layout, leaf, values);
        double[] outputs = sample.Invoke(changed).ToDoubles();
        return outputs.Zip(weights, (y, w) => y * w).Sum();
    }

    private static double[] Weights(Tensor output)
    {
        var random = new RandomStream(99, "projection");
        return Enumerable.Range(0, (int)output.ElementCount).Select(_ => (double)(float)((2 * random.NextDouble()) - 1)).ToArray();
    }

    private static void Backward(Tensor output, double[] weights)
    {
        if (output.RequiresGrad)
        {
            output.Backward(Strided.Cast(Tensor.From(weights, output.Shape.Dimensions), output.DType));
        }
    }
}
