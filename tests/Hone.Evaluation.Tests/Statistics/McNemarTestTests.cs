using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Tests.Statistics;

public sealed class McNemarTestTests
{
    /// <summary>Computed with whole numbers of any size in Python: 2·Σ C(n, i) / 2ⁿ as a fraction.</summary>
    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(1, 0, 1.0)]
    [InlineData(5, 0, 0.0625)]
    [InlineData(0, 6, 0.03125)]
    [InlineData(6, 16, 0.052478790283203125)]
    [InlineData(9, 10, 1.0)]
    [InlineData(10, 10, 1.0)]
    [InlineData(2, 12, 0.012939453125)]
    [InlineData(59, 6, 4.964650327128617e-12)]
    [InlineData(121, 59, 4.434449263755176e-06)]
    [InlineData(1200, 1000, 2.1817026407914712e-05)]
    [InlineData(50000, 50700, 0.027612869431937064)]
    [InlineData(0, 1000, 1.8665272370064378e-301)]
    [InlineData(100, 900, 1.3403435580012592e-161)]
    public void PValue_EqualsExactFractions(long onlyFirst, long onlySecond, double expected)
    {
        Assert.Equal(1, McNemarTest.PValue(onlyFirst, onlySecond) / expected, 9);
        Assert.Equal(McNemarTest.PValue(onlyFirst, onlySecond), McNemarTest.PValue(onlySecond, onlyFirst));
    }

    [Fact]
    public void PValue_OfMillions_DoesNotOverflow()
    {
        // The normal approximation holds to several digits here: z = 3000 / √10⁷ = 0.9487, both tails 0.3428.
        Assert.Equal(0.3428, McNemarTest.PValue(4_998_500, 5_001_500), 3);
        Assert.Equal(0, McNemarTest.PValue(0, 5_000_000));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void PValue_OfNegativeCounts_IsRefused(long onlyFirst, long onlySecond) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => McNemarTest.PValue(onlyFirst, onlySecond));
}
