using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Reductions;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class ReductionCpuTests
{
    public static TheoryData<string> Reductions => new(Enum.GetNames<RowReduction>());

    [Theory]
    [MemberData(nameof(Reductions))]
    public void Rows_EverySizeAndWidth_MatchesF64(string name)
    {
        RowReduction reduction = Enum.Parse<RowReduction>(name);
        foreach (int columns in KernelSuite.Sizes.Append(9_001))
        {
            foreach (int rows in new[] { 1, 3 })
            {
                float[] x = KernelSuite.Values(columns, rows * columns, -3, 5);
                double[] expected = [.. Enumerable.Range(0, rows).Select(row => Value(reduction, x.AsSpan(row * columns, columns)))];
                KernelSuite.AssertClose(() => [Rows(reduction, x, rows, columns)], [expected], 1e-6, 1e-6 * columns);
            }
        }
    }

    [Fact]
    public void Rows_SpecialValues_FollowTheDocumentedRules()
    {
        const float Inf = float.PositiveInfinity;
        Check(RowReduction.Max, [1, float.NaN, 3], double.NaN);
        Check(RowReduction.Min, [1, float.NaN, 3], double.NaN);
        Check(RowReduction.Max, [-Inf, -5], -5);
        Check(RowReduction.Min, [Inf, 5, -Inf], double.NegativeInfinity);
        Check(RowReduction.LogSumExp, [-Inf, -Inf], double.NegativeInfinity);
        Check(RowReduction.LogSumExp, [Inf, 1], double.PositiveInfinity);
        Check(RowReduction.LogSumExp, [1000, 1000], 1000 + Math.Log(2));
        Check(RowReduction.LogSumExp, [float.NaN, 1], double.NaN);

        static void Check(RowReduction reduction, float[] x, double expected) => KernelSuite.AssertClose(() => [Rows(reduction, x, 1, x.Length)], [[expected]], 1e-7, 0);
    }

    [Fact]
    public void ArgMax_EverySizeAndWidth_IsTheFirstLargest()
    {
        foreach (int columns in KernelSuite.Sizes.Where(size => size > 0))
        {
            float[] x = Array.ConvertAll(KernelSuite.Values(columns, 4 * columns), v => MathF.Round(v * 3));
            double[] expected = [.. Enumerable.Range(0, 4).Select(row => (double)Array.IndexOf(x[(row * columns)..((row + 1) * columns)], x[(row * columns)..((row + 1) * columns)].Max()))];
            KernelSuite.AssertClose(() => [ArgMax(x, 4, columns)], [expected], 0, 0);
        }

        Assert.Equal([1f], ArgMax([5, float.NaN, float.NaN, 7], 1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ArgMax([], 1, 0));
    }

    [Fact]
    public void SumColumns_EverySizeAndWidth_MatchesF64()
    {
        foreach (int columns in KernelSuite.Sizes)
        {
            foreach (int rows in new[] { 0, 1, 16, 17, 100 })
            {
                float[] x = KernelSuite.Values(columns, rows * columns);
                double[] expected = new double[columns];
                for (int i = 0; i < x.Length; i++)
                {
                    expected[i % columns] += x[i];
                }

                KernelSuite.AssertClose(() => [SumColumns(x, rows, columns)], [expected], 1e-6, 2e-5);
            }
        }
    }

    [Fact]
    public void AllReductions_AnyThreadCount_SameBits()
    {
        float[] x = KernelSuite.Values(1, 301 * 333);

        KernelSuite.AssertSameForAllThreadCounts(() =>
        [
            Rows(RowReduction.Sum, x, 1, x.Length), Rows(RowReduction.LogSumExp, x, 301, 333), ArgMax(x, 301, 333), SumColumns(x, 301, 333), SumColumns(x, 333, 301),
        ]);
    }

    private static float[] Rows(RowReduction reduction, float[] x, int rows, int columns)
    {
        using var source = new GuardedFloats(x);
        using var target = new GuardedFloats(rows);
        new ReductionCpu().Rows(reduction, source.Pointer, target.Pointer, rows, columns);
        return target.Read();
    }

    private static float[] ArgMax(float[] x, int rows, int columns)
    {
        using var source = new GuardedFloats(x);
        var result = new long[rows];
        fixed (long* target = result)
        {
            new ReductionCpu().ArgMax(source.Pointer, target, rows, columns);
        }

        return Array.ConvertAll(result, i => (float)i);
    }

    private static float[] SumColumns(float[] x, int rows, int columns)
    {
        using var source = new GuardedFloats(x);
        using var target = new GuardedFloats(columns);
        new ReductionCpu().SumColumns(source.Pointer, target.Pointer, rows, columns);
        return target.Read();
    }

    private static double Value(RowReduction reduction, ReadOnlySpan<float> row)
    {
        double sum = 0, squares = 0, exponentials = 0, max = double.NegativeInfinity, min = double.PositiveInfinity;
        foreach (float value in row)
        {
            sum += value;
            squares += (double)value * value;
            exponentials += Math.Exp(value);
            max = Math.Max(max, value);
            min = Math.Min(min, value);
        }

        return reduction switch
        {
            RowReduction.Sum => sum,
            RowReduction.Mean => sum / row.Length,
            RowReduction.SumSquares => squares,
            RowReduction.Max => max,
            RowReduction.Min => min,
            _ => Math.Log(exponentials),
        };
    }
}
