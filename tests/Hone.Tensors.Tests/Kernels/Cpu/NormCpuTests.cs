using Hone.Tensors.Kernels.Cpu.Norms;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class NormCpuTests
{
    private const double Eps = 1e-5;

    [Theory]
    [InlineData(false, 0f, false)]
    [InlineData(true, 0f, false)]
    [InlineData(true, 1f, false)]
    [InlineData(true, 1f, true)]
    [InlineData(false, 0f, true)]
    public void RmsNorm_EverySizeAndWidth_MatchesTheReference(bool hasWeight, float offset, bool hasResidual)
    {
        foreach (int columns in KernelSuite.Sizes)
        {
            foreach (int rows in new[] { 0, 1, 5, 33 })
            {
                RmsCase c = RmsCase.Create(rows, columns, hasWeight, offset, hasResidual);
                KernelSuite.AssertClose(c.RunKernel, c.RunReference(), 5e-6, 5e-6);
            }
        }
    }

    [Fact]
    public void RmsNorm_AnyThreadCount_SameBits() => KernelSuite.AssertSameForAllThreadCounts(RmsCase.Create(301, 577, true, 0, true).RunKernel);

    [Fact]
    public void RmsNorm_HandComputedRow_IsExact()
    {
        // h = [3, 4], mean square = 12.5, r = 1/√12.5 = 0.28284271; y = [0.84852814, 1.13137085·2]
        var c = new RmsCase(1, 2, 0, [3, 4], [], [1, 2], [0, 0], Eps: 0);
        KernelSuite.AssertClose(() => c.RunKernel()[..1], [[0.848528137423857, 2.262741699796952]], 2e-7, 0);
    }

    [Fact]
    public void RmsNorm_ReferenceGradient_MatchesCentralDifferences()
    {
        double[] x = KernelSuite.Double(KernelSuite.Values(1, 3 * 7));
        double[] weight = KernelSuite.Double(KernelSuite.Values(2, 7));
        double[] dy = KernelSuite.Double(KernelSuite.Values(3, 3 * 7));
        double[] rstd = new double[3], h = new double[21], y = new double[21], dh = new double[21], dWeight = new double[7];
        double[] Forward()
        {
            RmsNormReference.Forward<double>(x, [], weight, 1, Eps, h, y, rstd);
            return y;
        }

        Forward();
        RmsNormReference.Backward<double>(dy, h, weight, 1, rstd, dh, dWeight);

        KernelSuite.AssertGradient(Forward, x, dy, dh);
        KernelSuite.AssertGradient(Forward, weight, dy, dWeight);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void LayerNorm_EverySizeAndWidth_MatchesTheReference(bool hasWeight, bool hasBias)
    {
        foreach (int columns in KernelSuite.Sizes)
        {
            foreach (int rows in new[] { 0, 1, 5, 33 })
            {
                LayerCase c = LayerCase.Create(rows, columns, hasWeight, hasBias);
                KernelSuite.AssertClose(c.RunKernel, c.RunReference(), 5e-6, columns == 1 ? 1e-4 : 1e-5);
            }
        }
    }

    [Fact]
    public void LayerNorm_AnyThreadCount_SameBits() => KernelSuite.AssertSameForAllThreadCounts(LayerCase.Create(301, 577, true, true).RunKernel);

    [Fact]
    public void LayerNorm_LargeMean_KeepsTheVariance()
    {
        // Values 10,000 ± 1: mean 10,000, variance 1; E[x²] − E[x]² in f32 would be off by far more than 1.
        float[] x = [.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? 10_001f : 9_999f)];
        var c = new LayerCase(1, 64, x, [], [], x, Eps: 0);
        KernelSuite.AssertClose(() => c.RunKernel()[..1], [Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? 1.0 : -1.0).ToArray()], 1e-6, 0);
    }

    [Fact]
    public void LayerNorm_ReferenceGradient_MatchesCentralDifferences()
    {
        double[] x = KernelSuite.Double(KernelSuite.Values(1, 3 * 7));
        double[] weight = KernelSuite.Double(KernelSuite.Values(2, 7));
        double[] bias = KernelSuite.Double(KernelSuite.Values(4, 7));
        double[] dy = KernelSuite.Double(KernelSuite.Values(3, 3 * 7));
        double[] mean = new double[3], rstd = new double[3], y = new double[21], dx = new double[21], dWeight = new double[7], dBias = new double[7];
        double[] Forward()
        {
            LayerNormReference.Forward<double>(x, weight, bias, Eps, y, mean, rstd);
            return y;
        }

        Forward();
        LayerNormReference.Backward<double>(dy, x, weight, mean, rstd, dx, dWeight, dBias);

        KernelSuite.AssertGradient(Forward, x, dy, dx);
        KernelSuite.AssertGradient(Forward, weight, dy, dWeight);
        KernelSuite.AssertGradient(Forward, bias, dy, dBias);
    }

    private sealed record RmsCase(int Rows, int Columns, float Offset, float[] X, float[] Residual, float[] Weight, float[] Dy, double Eps)
    {
        public static RmsCase Create(int rows, int columns, bool hasWeight, float offset, bool hasResidual) => new(
            rows,
            columns,
            offset,
            KernelSuite.Values(1, rows * columns),
            KernelSuite.Values(2, hasResidual ? rows * columns : 0),
            KernelSuite.Values(3, hasWeight ? columns : 0),
            KernelSuite.Values(4, rows * columns),
            NormCpuTests.Eps);

        /// <summary>y, rstd, h, dh (with the residual's second gradient added when there is a residual), dWeight.</summary>
        public float[][] RunKernel()
        {
            using var x = new GuardedFloats(X);
            using var residual = new GuardedFloats(Residual);
            using var weight = new GuardedFloats(Weight);
            using var dy = new GuardedFloats(Dy);
            using var h = new GuardedFloats(X.Length);
            using var y = new GuardedFloats(X.Length);
            using var rstd = new GuardedFloats(Rows);
            using var dh = new GuardedFloats(X.Length);
            using var dWeight = new GuardedFloats(Columns);
            bool hasResidual = Residual.Length > 0;
            float* w = Weight.Length > 0 ? weight.Pointer : null;
            var kernel = new RmsNormCpu();
            kernel.Forward(
                x.Pointer, hasResidual ? residual.Pointer : null, w, Offset, (float)Eps, hasResidual ? h.Pointer : null, y.Pointer, rstd.Pointer, Rows, Columns);
            kernel.Backward(
                dy.Pointer, hasResidual ? h.Pointer : x.Pointer, w, Offset, rstd.Pointer, hasResidual ? dy.Pointer : null, dh.Pointer, dWeight.Pointer, Rows, Columns);
            return [y.Read(), rstd.Read(), hasResidual ? h.Read() : X, dh.Read(), dWeight.Read()];
        }

        public double[][] RunReference()
        {
            double[] h = new double[X.Length], y = new double[X.Length], rstd = new double[Rows], dh = new double[X.Length], dWeight = new double[Columns];
            double[] dy = KernelSuite.Double(Dy), weight = KernelSuite.Double(Weight);
            RmsNormReference.Forward<double>(KernelSuite.Double(X), KernelSuite.Double(Residual), weight, Offset, Eps, h, y, rstd);
            RmsNormReference.Backward<double>(dy, h, weight, Offset, rstd, dh, dWeight);
            return [y, rstd, h, Residual.Length > 0 ? [.. dh.Select((v, i) => v + dy[i])] : dh, dWeight];
        }
    }

    private sealed record LayerCase(int Rows, int Columns, float[] X, float[] Weight, float[] Bias, float[] Dy, double Eps)
    {
        public static LayerCase Create(int rows, int columns, bool hasWeight, bool hasBias) => new(
            rows,
            columns,
            KernelSuite.Values(1, rows * columns),
            KernelSuite.Values(2, hasWeight ? columns : 0),
            KernelSuite.Values(3, hasBias ? columns : 0),
            KernelSuite.Values(4, rows * columns),
            NormCpuTests.Eps);

        /// <summary>y, dx, dWeight, dBias.</summary>
        public float[][] RunKernel()
        {
            using var x = new GuardedFloats(X);
            using var weight = new GuardedFloats(Weight);
            using var bias = new GuardedFloats(Bias);
            using var dy = new GuardedFloats(Dy);
            using var y = new GuardedFloats(X.Length);
            using var mean = new GuardedFloats(Rows);
            using var rstd = new GuardedFloats(Rows);
            using var dWeight = new GuardedFloats(Columns);
            using var dBias = new GuardedFloats(Columns);
            float* w = Weight.Length > 0 ? weight.Pointer : null;
            var kernel = new LayerNormCpu();
            kernel.Forward(x.Pointer, w, Bias.Length > 0 ? bias.Pointer : null, (float)Eps, y.Pointer, mean.Pointer, rstd.Pointer, Rows, Columns);
            kernel.Backward(dy.Pointer, x.Pointer, w, mean.Pointer, rstd.Pointer, dy.Pointer, dWeight.Pointer, dBias.Pointer, Rows, Columns);
            return [y.Read(), dy.Read(), dWeight.Read(), dBias.Read()];
        }

        public double[][] RunReference()
        {
            double[] y = new double[X.Length], mean = new double[Rows], rstd = new double[Rows], dx = new double[X.Length];
            double[] dWeight = new double[Columns], dBias = new double[Columns];
            double[] x = KernelSuite.Double(X), weight = KernelSuite.Double(Weight);
            LayerNormReference.Forward<double>(x, weight, KernelSuite.Double(Bias), Eps, y, mean, rstd);
            LayerNormReference.Backward<double>(KernelSuite.Double(Dy), x, weight, mean, rstd, dx, dWeight, dBias);
            return [y, dx, dWeight, dBias];
        }
    }
}
