using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Activations;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class GatedActivationCpuTests
{
    public static TheoryData<string> Activations => new(Enum.GetNames<GatedActivation>());

    [Theory]
    [MemberData(nameof(Activations))]
    public void ForwardAndBackward_EverySizeAndWidth_MatchTheReference(string name)
    {
        GatedActivation activation = Enum.Parse<GatedActivation>(name);
        foreach (int columns in KernelSuite.Sizes)
        {
            const int Rows = 3;
            float[] packed = KernelSuite.Values(1, Rows * 2 * columns, -8, 8);
            float[] dy = KernelSuite.Values(2, Rows * columns);
            KernelSuite.AssertClose(() => RunPacked(activation, packed, dy, Rows, columns), Reference(activation, packed, dy, Rows, columns), 2e-6, 5e-6);
        }
    }

    [Fact]
    public void SwiGlu_HandComputed_IsExact()
    {
        // silu(1) = 1/(1 + e^−1) = 0.731058578630005; times up = 2.
        KernelSuite.AssertClose(() => RunPacked(GatedActivation.SwiGlu, [1, 2], [0], 1, 1)[..1], [[1.46211715726001]], 2e-7, 0);
    }

    [Fact]
    public void ForwardAndBackward_AnyThreadCount_SameBits()
    {
        float[] packed = KernelSuite.Values(1, 2 * 67 * 1001);
        float[] dy = KernelSuite.Values(2, 67 * 1001);

        KernelSuite.AssertSameForAllThreadCounts(() => RunPacked(GatedActivation.SwiGlu, packed, dy, 67, 1001));
        KernelSuite.AssertSameForAllThreadCounts(() => RunPacked(GatedActivation.GeGlu, packed, dy, 67, 1001));
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void ReferenceGradient_MatchesCentralDifferences(string name)
    {
        GatedActivation activation = Enum.Parse<GatedActivation>(name);
        double[] gate = KernelSuite.Double(KernelSuite.Values(1, 13, -4, 4)), up = KernelSuite.Double(KernelSuite.Values(2, 13));
        double[] dy = KernelSuite.Double(KernelSuite.Values(3, 13)), y = new double[13], dGate = new double[13], dUp = new double[13];
        double[] Forward()
        {
            ActivationReference.GatedForward<double>(activation, gate, up, y);
            return y;
        }

        ActivationReference.GatedBackward<double>(activation, gate, up, dy, dGate, dUp);

        KernelSuite.AssertGradient(Forward, gate, dy, dGate);
        KernelSuite.AssertGradient(Forward, up, dy, dUp);
    }

    // Gate and up as the halves of a packed projection, gradients written over it: the form that training uses.
    private static float[][] RunPacked(GatedActivation activation, float[] packed, float[] dy, int rows, int columns)
    {
        using var inputs = new GuardedFloats(packed);
        using var upstream = new GuardedFloats(dy);
        using var y = new GuardedFloats(rows * columns);
        float* gate = inputs.Pointer;
        float* up = gate + columns;
        long stride = 2L * columns;
        var kernel = new GatedActivationCpu();
        kernel.Forward(activation, gate, stride, up, stride, y.Pointer, rows, columns);
        kernel.Backward(activation, gate, stride, up, stride, upstream.Pointer, gate, stride, up, stride, rows, columns);
        return [y.Read(), inputs.Read()];
    }

    private static double[][] Reference(GatedActivation activation, float[] packed, float[] dy, int rows, int columns)
    {
        double[] y = new double[rows * columns], gradient = new double[packed.Length];
        double[] inputs = KernelSuite.Double(packed), upstream = KernelSuite.Double(dy);
        for (int row = 0; row < rows; row++)
        {
            int at = row * 2 * columns;
            ReadOnlySpan<double> gate = inputs.AsSpan(at, columns), up = inputs.AsSpan(at + columns, columns);
            ActivationReference.GatedForward(activation, gate, up, y.AsSpan(row * columns, columns));
            ActivationReference.GatedBackward(
                activation, gate, up, upstream.AsSpan(row * columns, columns), gradient.AsSpan(at, columns), gradient.AsSpan(at + columns, columns));
        }

        return [y, gradient];
    }
}
