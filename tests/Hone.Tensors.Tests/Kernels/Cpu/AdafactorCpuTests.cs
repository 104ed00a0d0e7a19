using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Optimizers;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class AdafactorCpuTests
{
    private static readonly int[][] s_shapes = [[1, 1], [3, 7], [33, 17], [64, 16], [65, 5_000], [2, 3, 9], [5, 1], [9]];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_ThreeStepsOnEveryShape_MatchesTheReference(bool hasFirstMoment)
    {
        foreach (int[] shape in s_shapes)
        {
            double[][] expected = Run(DType.F64, shape, hasFirstMoment);

            KernelSuite.AssertClose(() => Array.ConvertAll(Run(DType.F32, shape, hasFirstMoment), values => Array.ConvertAll(values, v => (float)v)), expected, 1e-5, 1e-6);
        }
    }

    [Fact]
    public void Step_AnyThreadCount_SameBits() =>
        KernelSuite.AssertSameForAllThreadCounts(() => Array.ConvertAll(Run(DType.F32, [97, 1_003], hasFirstMoment: true), values => Array.ConvertAll(values, v => (float)v)));

    [Fact]
    public void Step_OneByTwo_IsHandComputed()
    {
        // β2 = 0: R = mean(1, 9) = 5, C = (1, 9), u = g/√(5/5·C) = (1, 1); rms 1, threshold ½ halves it; p = 2·(1 − 0.1·0.5) − 0.1·½ = 1.85
        using var scope = TensorScope.Begin("test");
        using var parameter = new Parameter(Tensor.From([2.0, 2.0], 1, 2), "w");
        parameter.Backward(Tensor.From([1.0, 3.0], 1, 2));
        Tensor rows = Tensor.Zeros(DType.F64, 1), columns = Tensor.Zeros(DType.F64, 2);

        Op.AdafactorStep(new AdafactorTensors(parameter, 0.1, 0.5) { RowSquares = rows, ColumnSquares = columns }, new AdafactorSettings { Beta2 = 0, SquareEpsilon = 0, ClipThreshold = 0.5 });

        Close.Assert(parameter.ToDoubles(), [1.85, 1.85], 1e-15, 0);
        Close.Assert(rows.ToDoubles(), [5], 1e-15, 0);
        Close.Assert(columns.ToDoubles(), [1, 9], 1e-15, 0);
    }

    [Fact]
    public void Passes_InGuardedMemory_TouchNothingElse()
    {
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (3, 7), (33, 17), (40, 33)])
        {
            KernelSuite.AssertClose(
                () =>
                {
                    using GuardedFloats p = new(KernelSuite.Values(1, rows * columns)), g = new(KernelSuite.Values(2, rows * columns)), m = new(KernelSuite.Values(3, rows * columns));
                    using GuardedFloats r = new(rows), c = new(columns);
                    var kernel = new AdafactorCpu();
                    kernel.SquareSums(g.Pointer, r.Pointer, c.Pointer, rows, columns);
                    double squares = kernel.UpdateSquares(g.Pointer, r.Pointer, c.Pointer, rows, columns);
                    kernel.Update(new AdafactorUpdate { Parameter = p.Pointer, Gradient = g.Pointer, FirstMoment = m.Pointer, RowFactors = r.Pointer, ColumnFactors = c.Pointer, Rows = rows, Columns = columns, Step = 1e-4f, Keep = 0.75f, Beta1 = 0.25f });
                    g.Read();
                    return [r.Read(), c.Read(), [(float)squares], m.Read(), p.Read()];
                },
                Passes(rows, columns),
                1e-5,
                1e-5);
        }
    }

    private static double[][] Passes(int rows, int columns)
    {
        double[] p = KernelSuite.Double(KernelSuite.Values(1, rows * columns)), g = KernelSuite.Double(KernelSuite.Values(2, rows * columns)), m = KernelSuite.Double(KernelSuite.Values(3, rows * columns));
        double[] r = new double[rows], c = new double[columns];
        for (int i = 0; i < g.Length; i++)
        {
            r[i / columns] += g[i] * g[i];
            c[i % columns] += g[i] * g[i];
        }

        double squares = 0;
        for (int i = 0; i < g.Length; i++)
        {
            double update = r[i / columns] * c[i % columns] * g[i];
            squares += update * update;
            m[i] = (0.25 * m[i]) + (0.75 * 1e-4 * update);
            p[i] = (0.75 * p[i]) - m[i];
        }

        return [r, c, [squares], m, p];
    }

    private static double[][] Run(DType dtype, int[] shape, bool hasFirstMoment)
    {
        using var scope = TensorScope.Begin("test");
        int count = shape.Aggregate(1, (a, b) => a * b);
        using var parameter = new Parameter(Strided.Cast(Tensor.From(KernelSuite.Values(5, count), shape), dtype), "w");
        Tensor first = Tensor.Zeros(dtype, shape), rows = Tensor.Zeros(dtype, shape.AsSpan(..^1));
        Tensor other = Tensor.Zeros(dtype, shape.Length > 1 ? [.. shape[..^2], shape[^1]] : shape);
        for (int step = 1; step <= 3; step++)
        {
            parameter.ZeroGrad();
            parameter.Backward(Strided.Cast(Tensor.From(KernelSuite.Values(step + 10, count, -1.0 / step, 1.0 / step), shape), dtype));
            var tensors = new AdafactorTensors(parameter, 0.01, 0.1)
            {
                RowSquares = shape.Length > 1 ? rows : null,
                ColumnSquares = shape.Length > 1 ? other : null,
                Squares = shape.Length > 1 ? null : other,
                FirstMoment = hasFirstMoment ? first : null,
            };
            Op.AdafactorStep(tensors, new AdafactorSettings { Beta1 = 0.9, Beta2 = 1 - Math.Pow(step, -0.8), SquareEpsilon = 1e-12, ClipThreshold = 0.8, GradientScale = 0.5f });
        }

        return [parameter.ToDoubles(), first.ToDoubles(), rows.ToDoubles(), other.ToDoubles()];
    }
}
