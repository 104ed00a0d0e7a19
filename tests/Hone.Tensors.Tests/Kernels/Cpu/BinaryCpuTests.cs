using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Elementwise;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class BinaryCpuTests
{
    public static TheoryData<string> Functions => new(Enum.GetNames<BinaryFunction>());

    [Theory]
    [MemberData(nameof(Functions))]
    public void Run_EveryBroadcastSizeAndWidth_MatchesTheFormula(string name)
    {
        BinaryFunction function = Enum.Parse<BinaryFunction>(name);
        foreach (int columns in KernelSuite.Sizes)
        {
            foreach (Operand left in Enum.GetValues<Operand>())
            {
                foreach (Operand right in Enum.GetValues<Operand>())
                {
                    Check(function, left, right, rows: 3, columns);
                }
            }
        }
    }

    [Fact]
    public void Run_SpecialValues_FollowIeee()
    {
        float[] a = [float.NaN, 1, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1, float.MaxValue, 3, 0];
        float[] b = [1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, 0, 0, float.MaxValue, float.NegativeInfinity, float.PositiveInfinity];
        foreach (BinaryFunction function in Enum.GetValues<BinaryFunction>())
        {
            double[] expected = a.Select((v, i) => (double)(float)Value(function, v, b[i])).ToArray();
            KernelSuite.AssertClose(() => [Run(function, a, a.Length, false, b, b.Length, false, 1, a.Length)], [expected], 0, 0);
        }
    }

    [Fact]
    public void Run_AnyThreadCount_SameBits()
    {
        float[] a = KernelSuite.Values(1, 301 * 333);
        float[] b = KernelSuite.Values(2, 333, 1, 2);

        KernelSuite.AssertSameForAllThreadCounts(() =>
        [
            Run(BinaryFunction.Divide, a, 333, false, b, 0, false, 301, 333),
            Run(BinaryFunction.Add, a, a.Length, false, b, 0, true, 1, a.Length),
        ]);
    }

    private static void Check(BinaryFunction function, Operand left, Operand right, int rows, int columns)
    {
        (float[] a, long aStride, bool aIsScalar) = Create(left, rows, columns, 1);
        (float[] b, long bStride, bool bIsScalar) = Create(right, rows, columns, 2);
        var expected = new double[rows * columns];
        for (int i = 0; i < expected.Length; i++)
        {
            int row = i / columns, column = i % columns;
            expected[i] = Value(function, a[(row * aStride) + (aIsScalar ? 0 : column)], b[(row * bStride) + (bIsScalar ? 0 : column)]);
        }

        KernelSuite.AssertClose(() => [Run(function, a, aStride, aIsScalar, b, bStride, bIsScalar, rows, columns)], [expected], 1e-7, 0);
    }

    private static (float[] Values, long RowStride, bool IsScalar) Create(Operand operand, int rows, int columns, int seed) => operand switch
    {
        Operand.Full => (KernelSuite.Values(seed, rows * columns, 0.5, 2), columns, false),
        Operand.Padded => (KernelSuite.Values(seed, rows * (columns + 5), 0.5, 2), columns + 5, false),
        Operand.OneRow => (KernelSuite.Values(seed, columns, 0.5, 2), 0, false),
        Operand.OneColumn => (KernelSuite.Values(seed, rows, 0.5, 2), 1, true),
        _ => (KernelSuite.Values(seed, 1, 0.5, 2), 0, true),
    };

    private static float[] Run(BinaryFunction function, float[] a, long aStride, bool aIsScalar, float[] b, long bStride, bool bIsScalar, int rows, int columns)
    {
        using var left = new GuardedFloats(a);
        using var right = new GuardedFloats(b);
        using var target = new GuardedFloats(rows * columns);
        new BinaryCpu().Run(function, left.Pointer, aStride, aIsScalar, right.Pointer, bStride, bIsScalar, target.Pointer, rows, columns);
        return target.Read();
    }

    private static double Value(BinaryFunction function, float a, float b) => function switch
    {
        BinaryFunction.Add => (double)a + b,
        BinaryFunction.Subtract => (double)a - b,
        BinaryFunction.Multiply => (double)a * b,
        BinaryFunction.Divide => (double)a / b,
        BinaryFunction.Maximum => Math.Max((double)a, b),
        BinaryFunction.Minimum => Math.Min((double)a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private enum Operand
    {
        Full,
        Padded,
        OneRow,
        OneColumn,
        Single,
    }
}
