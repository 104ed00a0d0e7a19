using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Kernels.Cpu;

/// <summary>Runs a kernel in every vector width and with 1, 2 and 7 threads and compares it with its reference.</summary>
internal static class KernelSuite
{
    /// <summary>Sizes around every vector width, and two of real models.</summary>
    public static readonly int[] Sizes = [0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 576, 1000];

    public static readonly SimdLevel[] Levels = [SimdLevel.Vector128, SimdLevel.Vector256, SimdLevel.Vector512];

    /// <summary>Runs <paramref name="kernel"/> in each width and asserts that all its outputs are close to <paramref name="expected"/>.</summary>
    public static void AssertClose(Func<float[][]> kernel, double[][] expected, double relative, double absolute)
    {
        foreach (SimdLevel level in Levels)
        {
            using (SimdDispatch.Use(level))
            {
                float[][] actual = kernel();
                Assert.Equal(expected.Length, actual.Length);
                for (int output = 0; output < expected.Length; output++)
                {
                    AssertClose(actual[output], expected[output], relative, absolute, $"{level}, output {output}");
                }
            }
        }
    }

    /// <summary>Asserts that <paramref name="kernel"/> gives the same bits for 1, 2 and 7 threads in each width.</summary>
    public static void AssertSameForAllThreadCounts(Func<float[][]> kernel)
    {
        foreach (SimdLevel level in Levels)
        {
            using (SimdDispatch.Use(level))
            {
                float[][] one = Run(1);
                foreach (int threads in new[] { 2, 7 })
                {
                    float[][] many = Run(threads);
                    for (int output = 0; output < one.Length; output++)
                    {
                        Assert.True(one[output].Length > 0, "nothing to compare");
                        Assert.Equal(Array.ConvertAll(one[output], BitConverter.SingleToInt32Bits), Array.ConvertAll(many[output], BitConverter.SingleToInt32Bits));
                    }
                }
            }
        }

        float[][] Run(int threads)
        {
            using (ComputeThreads.Use(threads))
            {
                return kernel();
            }
        }
    }

    /// <summary>Asserts |actual − expected| ≤ absolute + relative·|expected| everywhere; NaN and infinities must match exactly.</summary>
    public static void AssertClose(float[] actual, double[] expected, double relative, double absolute, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double a = actual[i];
            double e = expected[i];
            bool isClose = double.IsFinite(e) && Math.Abs(e) <= float.MaxValue ? Math.Abs(a - e) <= absolute + (relative * Math.Abs(e)) : a.Equals((double)(float)e);
            Assert.True(isClose, $"{what}: element {i} of {actual.Length} is {a:R}, expected {e:R}");
        }
    }

    /// <summary>Seeded values in [low, high).</summary>
    public static float[] Values(int seed, int count, double low = -2, double high = 2)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(low + ((high - low) * random.NextDouble()));
        }

        return values;
    }

    /// <summary>The same values as f64.</summary>
    public static double[] Double(float[] values) => Array.ConvertAll(values, v => (double)v);

    /// <summary>
    /// Compares an analytic f64 gradient with central differences of <c>Σ upstream·f(x)</c>.
    /// </summary>
    /// <param name="function">Forward pass; reads <paramref name="x"/>.</param>
    /// <param name="x">Input, changed and put back element by element.</param>
    /// <param name="upstream">Gradient of the result.</param>
    /// <param name="gradient">Analytic gradient of <paramref name="x"/>.</param>
    public static void AssertGradient(Func<double[]> function, double[] x, double[] upstream, double[] gradient)
    {
        const double Step = 1e-5;
        Assert.NotEmpty(x);
        Assert.Equal(x.Length, gradient.Length);
        for (int i = 0; i < x.Length; i++)
        {
            double value = x[i];
            x[i] = value + Step;
            double above = Dot(function(), upstream);
            x[i] = value - Step;
            double below = Dot(function(), upstream);
            x[i] = value;
            double numeric = (above - below) / (2 * Step);
            Assert.True(Math.Abs(numeric - gradient[i]) <= 1e-7 * (1 + Math.Abs(numeric)), $"element {i}: analytic {gradient[i]:R}, numeric {numeric:R}");
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
