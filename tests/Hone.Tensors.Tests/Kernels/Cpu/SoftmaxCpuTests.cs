using Hone.Tensors.Kernels.Cpu.Softmax;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class SoftmaxCpuTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForwardAndBackward_EverySizeAndWidth_MatchTheReference(bool isLog)
    {
        foreach (int columns in KernelSuite.Sizes.Where(size => size > 0))
        {
            float[] x = KernelSuite.Values(1, 3 * columns, -10, 10);
            float[] dy = KernelSuite.Values(2, 3 * columns);
            KernelSuite.AssertClose(() => Run(isLog, x, dy, 3, columns), Reference(isLog, x, dy, columns), 2e-6, isLog ? 5e-6 : 1e-6);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_SpecialRows_FollowTheDocumentedRule(bool isLog)
    {
        const float Inf = float.PositiveInfinity;
        double zero = isLog ? double.NegativeInfinity : 0;
        double certain = isLog ? 0 : 1;
        double half = isLog ? Math.Log(0.5) : 0.5;
        CheckRow([-Inf, 3, -Inf], [zero, certain, zero]);
        CheckRow([-Inf, -Inf, -Inf], [double.NaN, double.NaN, double.NaN]);
        CheckRow([1, float.NaN, 2], [double.NaN, double.NaN, double.NaN]);
        CheckRow([1e30f, 1e30f, -1e30f], [half, half, isLog ? -2e30 : 0]);
        CheckRow([-1e-40f, 1e-40f], [half, half]);

        void CheckRow(float[] x, double[] expected) => KernelSuite.AssertClose(() => Run(isLog, x, new float[x.Length], 1, x.Length)[..1], [expected], 3e-7, 0);
    }

    [Fact]
    public void ForwardAndBackward_AnyThreadCount_SameBits()
    {
        float[] x = KernelSuite.Values(1, 67 * 1001);
        float[] dy = KernelSuite.Values(2, 67 * 1001);

        KernelSuite.AssertSameForAllThreadCounts(() => [.. Run(false, x, dy, 67, 1001), .. Run(true, x, dy, 67, 1001)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReferenceGradient_MatchesCentralDifferences(bool isLog)
    {
        double[] x = KernelSuite.Double(KernelSuite.Values(1, 2 * 9)), dy = KernelSuite.Double(KernelSuite.Values(2, 2 * 9));
        double[] y = new double[18], dx = new double[18];
        double[] Forward()
        {
            SoftmaxReference.Forward<double>(isLog, x, y, 9);
            return y;
        }

        SoftmaxReference.Backward<double>(isLog, Forward(), dy, dx, 9);

        KernelSuite.AssertGradient(Forward, x, dy, dx);
    }

    private static float[][] Run(bool isLog, float[] x, float[] dy, int rows, int columns)
    {
        using var source = new GuardedFloats(x);
        using var gradient = new GuardedFloats(dy);
        var kernel = new SoftmaxCpu();
        if (isLog)
        {
            kernel.LogSoftmax(source.Pointer, source.Pointer, rows, columns);
            kernel.LogSoftmaxBackward(source.Pointer, gradient.Pointer, gradient.Pointer, rows, columns);
        }
        else
        {
            kernel.Softmax(source.Pointer, source.Pointer, rows, columns);
            kernel.SoftmaxBackward(source.Pointer, gradient.Pointer, gradient.Pointer, rows, columns);
        }

        return [source.Read(), gradient.Read()];
    }

    private static double[][] Reference(bool isLog, float[] x, float[] dy, int columns)
    {
        double[] y = new double[x.Length], dx = new double[x.Length];
        SoftmaxReference.Forward<double>(isLog, KernelSuite.Double(x), y, columns);
        SoftmaxReference.Backward<double>(isLog, y, KernelSuite.Double(dy), dx, columns);
        return [y, dx];
    }
}
