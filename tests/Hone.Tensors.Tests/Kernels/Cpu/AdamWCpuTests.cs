using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Optimizers;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class AdamWCpuTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Step_ThreeStepsOverManyTensors_MatchesTheFormula(bool isDecoupled, bool hasMaximum)
    {
        double[][] expected = Reference(KernelSuite.Sizes, isDecoupled, hasMaximum, steps: 3);

        KernelSuite.AssertClose(() => Run(KernelSuite.Sizes, isDecoupled, hasMaximum, steps: 3), expected, 3e-6, 1e-8);
    }

    [Fact]
    public void Step_FirstStepOfOneElement_IsHandComputed()
    {
        // g = 0.5: m = 0.05, v = 0.00025; m̂ = 0.5, v̂ = 0.25; p = 1·(1 − 0.1·0.01) − 0.1·0.5/(0.5 + 0) = 0.999 − 0.1 = 0.899
        float p = 1, g = 0.5f, m = 0, v = 0;
        var settings = new AdamWSettings { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 0, Step = 1 };

        new AdamWCpu().Step(
            [new AdamWParameter { Parameter = &p, Gradient = &g, FirstMoment = &m, SecondMoment = &v, Count = 1, LearningRate = 0.1, WeightDecay = 0.01 }], settings);

        Assert.Equal([0.899f, 0.05f, 0.00025f], [p, m, v], (a, b) => MathF.Abs(a - b) <= 2e-7f * MathF.Abs(a));
    }

    [Fact]
    public void Step_AnyThreadCount_SameBits() => KernelSuite.AssertSameForAllThreadCounts(() => Run([40_001, 3, 60_000, 577], true, true, steps: 2));

    [Fact]
    public void SumSquares_EverySize_MatchesF64()
    {
        foreach (int size in KernelSuite.Sizes.Append(4_097).Append(100_001))
        {
            float[] x = KernelSuite.Values(1, size);
            double expected = x.Sum(v => (double)v * v);
            KernelSuite.AssertClose(() => [[(float)SumSquares(x)]], [[expected]], 5e-7, 0);
        }
    }

    [Fact]
    public void SumSquares_AnyThreadCount_SameBits()
    {
        float[] x = KernelSuite.Values(1, 100_001);

        KernelSuite.AssertSameForAllThreadCounts(() =>
        {
            double sum = SumSquares(x);
            return [[(float)sum, (float)((sum - (float)sum) * 1e8)]]; // both halves of the f64
        });
    }

    private static double SumSquares(float[] x)
    {
        using var values = new GuardedFloats(x);
        return new SquaredNormCpu().SumSquares(values.Pointer, x.Length);
    }

    private static AdamWSettings Settings(bool isDecoupled, long step) =>
        new() { Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1e-8, Step = step, IsDecoupled = isDecoupled, GradientScale = 0.5f };

    private static (double LearningRate, double WeightDecay) Rates(int tensor) => (0.01 / (tensor + 1), tensor % 2 == 0 ? 0.1 : 0);

    private static float[] Gradient(int tensor, long step, int size) => KernelSuite.Values((tensor * 100) + (int)step, size, -1.0 / step, 1.0 / step);

    /// <summary>Parameters, then first, second and largest second moments, of all tensors.</summary>
    private static float[][] Run(int[] sizes, bool isDecoupled, bool hasMaximum, int steps)
    {
        GuardedFloats[] p = [.. sizes.Select((size, i) => new GuardedFloats(KernelSuite.Values(i, size)))];
        GuardedFloats[] m = Zeros(), v = Zeros(), max = Zeros();
        for (int step = 1; step <= steps; step++)
        {
            GuardedFloats[] g = [.. sizes.Select((size, i) => new GuardedFloats(Gradient(i, step, size)))];
            AdamWParameter[] parameters = [.. sizes.Select((size, i) => new AdamWParameter
            {
                Parameter = p[i].Pointer,
                Gradient = g[i].Pointer,
                FirstMoment = m[i].Pointer,
                SecondMoment = v[i].Pointer,
                MaxSecondMoment = hasMaximum ? max[i].Pointer : null,
                Count = size,
                LearningRate = Rates(i).LearningRate,
                WeightDecay = Rates(i).WeightDecay,
            })];
            new AdamWCpu().Step(parameters, Settings(isDecoupled, step));
            Dispose(g);
        }

        float[][] result = [Join(p), Join(m), Join(v), Join(max)];
        Dispose(p);
        Dispose(m);
        Dispose(v);
        Dispose(max);
        return result;

        GuardedFloats[] Zeros() => [.. sizes.Select(size => new GuardedFloats(new float[size]))];
        static float[] Join(GuardedFloats[] tensors) => [.. tensors.SelectMany(t => t.Read())];
        static void Dispose(GuardedFloats[] tensors) => Array.ForEach(tensors, t => t.Dispose());
    }

    // torch.optim.AdamW / Adam (single tensor form), in f64.
    private static double[][] Reference(int[] sizes, bool isDecoupled, bool hasMaximum, int steps)
    {
        var results = new List<double>[] { [], [], [], [] };
        for (int tensor = 0; tensor < sizes.Length; tensor++)
        {
            (double lr, double decay) = Rates(tensor);
            double[] p = KernelSuite.Double(KernelSuite.Values(tensor, sizes[tensor]));
            double[] m = new double[p.Length], v = new double[p.Length], max = new double[p.Length];
            for (int step = 1; step <= steps; step++)
            {
                AdamWSettings s = Settings(isDecoupled, step);
                float[] gradient = Gradient(tensor, step, p.Length);
                for (int i = 0; i < p.Length; i++)
                {
                    double g = gradient[i] * s.GradientScale;
                    if (isDecoupled)
                    {
                        p[i] *= 1 - (lr * decay);
                    }
                    else
                    {
                        g += decay * p[i];
                    }

                    m[i] = (s.Beta1 * m[i]) + ((1 - s.Beta1) * g);
                    v[i] = (s.Beta2 * v[i]) + ((1 - s.Beta2) * g * g);
                    max[i] = hasMaximum ? Math.Max(max[i], v[i]) : 0;
                    double corrected = (hasMaximum ? max[i] : v[i]) / (1 - Math.Pow(s.Beta2, step));
                    p[i] -= lr * (m[i] / (1 - Math.Pow(s.Beta1, step))) / (Math.Sqrt(corrected) + s.Epsilon);
                }
            }

            results[0].AddRange(p);
            results[1].AddRange(m);
            results[2].AddRange(v);
            results[3].AddRange(max);
        }

        return Array.ConvertAll(results, r => r.ToArray());
    }
}
