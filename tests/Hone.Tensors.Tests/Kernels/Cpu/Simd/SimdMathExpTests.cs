using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Tests.Kernels.Cpu.Simd;

public sealed unsafe class SimdMathExpTests
{
    // Half a unit in the last place for the result, as much again for the polynomial and the last multiplication.
    private const double RelativeTolerance = 1.2e-7;

    public static TheoryData<string> Widths => ["Vec128", "Vec256", "Vec512"];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_WholeNormalRange_IsWithinTolerance(string width)
    {
        double worst = 0;
        for (float x = -87.3f; x < 88.72f; x += 0.00137f)
        {
            worst = Math.Max(worst, Math.Abs((Exp(width, x) - Math.Exp(x)) / Math.Exp(x)));
        }

        Assert.InRange(worst, 1e-9, RelativeTolerance);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void ExpFlushed_NonPositive_IsWithinTolerance(string width)
    {
        double worst = 0;
        for (float x = -87f; x <= 0f; x += 0.00137f)
        {
            worst = Math.Max(worst, Math.Abs((ExpFlushed(width, x) - Math.Exp(x)) / Math.Exp(x)));
        }

        Assert.InRange(worst, 1e-9, RelativeTolerance);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_Extremes_FollowIeee(string width)
    {
        Assert.Equal(1f, Exp(width, 0f));
        Assert.Equal(float.PositiveInfinity, Exp(width, 88.8f));
        Assert.Equal(float.PositiveInfinity, Exp(width, float.PositiveInfinity));
        Assert.Equal(0f, Exp(width, float.NegativeInfinity));
        Assert.Equal(0f, Exp(width, -1e30f));
        Assert.True(float.IsNaN(Exp(width, float.NaN)));
        Assert.Equal(Math.Exp(-100), Exp(width, -100f), float.Epsilon); // subnormal: within one unit of its coarse grid
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void ExpFlushed_Extremes_AreZeroOneAndNaN(string width)
    {
        Assert.Equal(1f, ExpFlushed(width, 0f));
        Assert.Equal(0f, ExpFlushed(width, -87.5f));
        Assert.Equal(0f, ExpFlushed(width, float.NegativeInfinity));
        Assert.Equal(0f, ExpFlushed(width, float.MinValue));
        Assert.True(float.IsNaN(ExpFlushed(width, float.NaN)));
    }

    private static float Exp(string width, float x) => width switch
    {
        "Vec128" => First(SimdMath.Exp(Vec128.Splat(x))),
        "Vec256" => First(SimdMath.Exp(Vec256.Splat(x))),
        _ => First(SimdMath.Exp(Vec512.Splat(x))),
    };

    private static float ExpFlushed(string width, float x) => width switch
    {
        "Vec128" => First(SimdMath.ExpFlushed(Vec128.Splat(x))),
        "Vec256" => First(SimdMath.ExpFlushed(Vec256.Splat(x))),
        _ => First(SimdMath.ExpFlushed(Vec512.Splat(x))),
    };

    private static float First<V>(V value)
        where V : struct, ISimdVector<V>
    {
        float* lanes = stackalloc float[16];
        V.Store(value, lanes);
        for (int i = 1; i < V.Count; i++)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(lanes[0]), BitConverter.SingleToInt32Bits(lanes[i]));
        }

        return lanes[0];
    }
}
