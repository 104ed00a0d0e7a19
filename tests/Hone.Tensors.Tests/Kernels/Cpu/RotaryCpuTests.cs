using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Rotary;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors.Tests.Kernels.Cpu;

public sealed unsafe class RotaryCpuTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Rotate_EveryHeadSizeAndWidth_MatchesTheReference(bool isInterleaved, bool isBackward)
    {
        foreach ((int headDim, int rotaryDim) in new[] { (2, 2), (6, 6), (7, 4), (16, 16), (18, 18), (34, 32), (64, 64), (80, 80), (96, 24), (128, 128), (5, 0) })
        {
            RotaryRows rows = Rows(batch: 2, tokens: 3, heads: 3, headDim, rotaryDim, isInterleaved, headsFirst: false);
            Check(rows, isBackward);
            Check(Rows(2, 3, 3, headDim, rotaryDim, isInterleaved, headsFirst: true), isBackward);
        }
    }

    [Fact]
    public void Rotate_QuarterTurn_IsHandComputed()
    {
        // cos = 0, sin = 1: (a, b) → (−b, a). Half-split pairs (1,3), (2,4); interleaved pairs (1,2), (3,4).
        Assert.Equal([-3f, -4f, 1f, 2f], Turn(RotaryLayout.HalfSplit));
        Assert.Equal([-2f, 1f, -4f, 3f], Turn(RotaryLayout.Interleaved));

        static float[] Turn(RotaryLayout layout)
        {
            RotaryRows rows = Rows(1, 1, 1, 4, 4, layout == RotaryLayout.Interleaved, false);
            return Run(rows, [1, 2, 3, 4], [0], [0, 0], [1, 1], isBackward: false);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rotate_ForthAndBack_IsTheInput(bool isInterleaved)
    {
        RotaryRows rows = Rows(1, 5, 2, 32, 32, isInterleaved, false);
        (float[] x, int[] positions, float[] cos, float[] sin) = Inputs(rows);

        float[] there = Run(rows, x, positions, cos, sin, isBackward: false);

        KernelSuite.AssertClose(() => [Run(rows, there, positions, cos, sin, isBackward: true)], [KernelSuite.Double(x)], 1e-6, 1e-6);
    }

    [Fact]
    public void Rotate_AnyThreadCount_SameBits()
    {
        RotaryRows rows = Rows(2, 200, 9, 64, 64, false, false);
        (float[] x, int[] positions, float[] cos, float[] sin) = Inputs(rows);

        KernelSuite.AssertSameForAllThreadCounts(() => [Run(rows, x, positions, cos, sin, isBackward: false)]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void Rotate_PositionOutsideTheTable_NamesTokenAndValue(int position)
    {
        RotaryRows rows = Rows(1, 2, 1, 4, 4, false, false);
        (float[] x, _, float[] cos, float[] sin) = Inputs(rows);

        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => Run(rows, x, [0, position], cos, sin, isBackward: false));

        Assert.Contains($"Position {position} of token 1", error.Message, StringComparison.Ordinal);
    }

    private static void Check(RotaryRows rows, bool isBackward)
    {
        (float[] x, int[] positions, float[] cos, float[] sin) = Inputs(rows);
        double[] expected = new double[x.Length];
        RotaryReference.Rotate<double>(rows, KernelSuite.Double(x), expected, positions, KernelSuite.Double(cos), KernelSuite.Double(sin), isBackward);
        KernelSuite.AssertClose(() => [Run(rows, x, positions, cos, sin, isBackward)], [expected], 1e-6, 1e-6);
    }

    private static (float[] X, int[] Positions, float[] Cos, float[] Sin) Inputs(RotaryRows rows)
    {
        float[] angles = KernelSuite.Values(3, rows.TablePositions * rows.RotaryDim / 2, -3, 3);
        int[] positions = [.. Enumerable.Range(0, (int)(rows.Batch * rows.Tokens)).Select(i => (i * 5) % rows.TablePositions)];
        float[] x = KernelSuite.Values(1, (int)(rows.Batch * rows.Tokens * rows.Heads * rows.HeadDim));
        return (x, positions, Array.ConvertAll(angles, MathF.Cos), Array.ConvertAll(angles, MathF.Sin));
    }

    private static RotaryRows Rows(int batch, int tokens, int heads, int headDim, int rotaryDim, bool isInterleaved, bool headsFirst)
    {
        (long, long, long) strides = headsFirst ? (heads * tokens * headDim, headDim, tokens * headDim) : (tokens * heads * headDim, heads * headDim, headDim);
        return new RotaryRows
        {
            Batch = batch,
            Tokens = tokens,
            Heads = heads,
            HeadDim = headDim,
            RotaryDim = rotaryDim,
            Layout = isInterleaved ? RotaryLayout.Interleaved : RotaryLayout.HalfSplit,
            TablePositions = 8,
            SourceStrides = strides,
            TargetStrides = strides,
        };
    }

    private static float[] Run(RotaryRows rows, float[] x, int[] positions, float[] cos, float[] sin, bool isBackward)
    {
        using var source = new GuardedFloats(x);
        using var target = new GuardedFloats(x.Length);
        using var inPlace = new GuardedFloats(x);
        using var c = new GuardedFloats(cos);
        using var s = new GuardedFloats(sin);
        fixed (int* p = positions)
        {
            new RotaryCpu().Rotate(rows, source.Pointer, target.Pointer, p, c.Pointer, s.Pointer, isBackward);
            new RotaryCpu().Rotate(rows, inPlace.Pointer, inPlace.Pointer, p, c.Pointer, s.Pointer, isBackward);
        }

        float[] result = target.Read();
        Assert.Equal(result, inPlace.Read());
        return result;
    }
}
