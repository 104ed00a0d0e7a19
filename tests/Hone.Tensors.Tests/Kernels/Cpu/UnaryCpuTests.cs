using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Elementwise;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class UnaryCpuTests
{
    private static readonly float[] s_special =
    [
        0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1e-40f, 1e-30f, 1f, -1f,
        0.9327f, -0.93275f, 0.63245f, 0.63246f, 4f, -4f, 5.5f, 20f, -20f, 88f, -88f, 100f, -100f, 1e10f, -1e10f, 0.7071068f, 1.4142135f, 1.4142137f, 2f,
    ];

    public static TheoryData<string> Functions => new(Enum.GetNames<UnaryFunction>());

    [Theory]
    [MemberData(nameof(Functions))]
    public void Forward_EverySizeAndWidth_MatchesTheFormula(string name)
    {
        UnaryFunction function = Enum.Parse<UnaryFunction>(name);
        bool isPositive = function is UnaryFunction.Log or UnaryFunction.Sqrt or UnaryFunction.Rsqrt;
        foreach (int size in KernelSuite.Sizes)
        {
            float[] x = KernelSuite.Values(size + 1, size, isPositive ? 1e-3 : -9, 9);
            KernelSuite.AssertClose(() => [Forward(function, x)], [Array.ConvertAll(x, v => Value(function, v).Value)], 3e-7, 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Backward_EverySizeAndWidth_MatchesTheFormula(string name)
    {
        UnaryFunction function = Enum.Parse<UnaryFunction>(name);
        bool isPositive = function is UnaryFunction.Log or UnaryFunction.Sqrt or UnaryFunction.Rsqrt;
        foreach (int size in KernelSuite.Sizes)
        {
            float[] x = KernelSuite.Values(size + 1, size, isPositive ? 1e-2 : -9, 9);
            float[] dy = KernelSuite.Values(size + 2, size);
            double[] expected = x.Select((v, i) => dy[i] * Value(function, v).Derivative).ToArray();
            KernelSuite.AssertClose(() => [Backward(function, x, dy)], [expected], 1e-6, 4e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Forward_SpecialValues_MatchTheFormula(string name)
    {
        UnaryFunction function = Enum.Parse<UnaryFunction>(name);

        // −∞·0 in x·Φ(x) and −∞/∞ in x·sigmoid(x) are NaN, as in PyTorch.
        float[] x = Array.FindAll(s_special, v => function is not (UnaryFunction.Gelu or UnaryFunction.GeluTanh or UnaryFunction.Silu) || v >= -1e30f || float.IsNaN(v));

        // (1 + erf)/2 cancels for negative arguments: an absolute error of x·2^−24 is what f32 allows.
        double absolute = function == UnaryFunction.Gelu ? 3e-7 : 3e-8;
        KernelSuite.AssertClose(() => [Forward(function, x)], [Array.ConvertAll(x, v => Value(function, v).Value)], 3e-7, absolute);
    }

    [Fact]
    public void Forward_NegateOfZero_KeepsTheSign()
    {
        float[] y = Forward(UnaryFunction.Negate, [0f, -0f]);

        Assert.Equal([true, false], y.Select(float.IsNegative));
    }

    [Fact]
    public void Gelu_OfOne_IsTheTabulatedValue()
    {
        // Φ(1) = 0.8413447460685429 (normal table); 1·Φ(1).
        KernelSuite.AssertClose(() => [Forward(UnaryFunction.Gelu, [1f])], [[0.8413447460685429]], 2e-7, 0);
    }

    [Fact]
    public void ForwardAndBackward_AnyThreadCount_SameBits()
    {
        float[] x = KernelSuite.Values(5, 100_003, -6, 6);
        float[] dy = KernelSuite.Values(6, 100_003);

        KernelSuite.AssertSameForAllThreadCounts(() => [Forward(UnaryFunction.Gelu, x), Backward(UnaryFunction.Tanh, x, dy)]);
    }

    private static float[] Forward(UnaryFunction function, float[] x)
    {
        using var source = new GuardedFloats(x);
        using var target = new GuardedFloats(x.Length);
        new UnaryCpu().Forward(function, source.Pointer, target.Pointer, x.Length);
        return target.Read();
    }

    private static float[] Backward(UnaryFunction function, float[] x, float[] dy)
    {
        using var source = new GuardedFloats(x);
        using var gradient = new GuardedFloats(dy);
        new UnaryCpu().Backward(function, source.Pointer, gradient.Pointer, gradient.Pointer, x.Length);
        return gradient.Read();
    }

    private static (double Value, double Derivative) Value(UnaryFunction function, double x) => function switch
    {
        UnaryFunction.Negate => (-x, -1),
        UnaryFunction.Abs => (Math.Abs(x), double.IsNaN(x) ? 0 : Math.Sign(x)),
        UnaryFunction.Square => (x * x, 2 * x),
        UnaryFunction.Reciprocal => (1 / x, -1 / (x * x)),
        UnaryFunction.Sqrt => (Math.Sqrt(x), 0.5 / Math.Sqrt(x)),
        UnaryFunction.Rsqrt => (1 / Math.Sqrt(x), -0.5 / (x * Math.Sqrt(x))),
        UnaryFunction.Exp => (Math.Exp(x), Math.Exp(x)),
        UnaryFunction.Log => (Math.Log(x), 1 / x),
        UnaryFunction.Tanh => (Math.Tanh(x), 1 - (Math.Tanh(x) * Math.Tanh(x))),
        UnaryFunction.Sigmoid => (Sigmoid(x), Sigmoid(x) * Sigmoid(-x)),
        UnaryFunction.Silu => ActivationReference.Silu(x),
        UnaryFunction.Gelu => ActivationReference.Gelu(x),
        UnaryFunction.GeluTanh => ActivationReference.GeluTanh(x),
        UnaryFunction.Relu => (double.IsNaN(x) ? x : Math.Max(x, 0), x > 0 ? 1 : 0),
        UnaryFunction.Softplus => (Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), Sigmoid(x)),
        UnaryFunction.Erf => (ErrorFunction.Erf(x), 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x)),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
