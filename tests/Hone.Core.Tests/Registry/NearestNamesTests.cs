using Hone.Core.Registry;

namespace Hone.Core.Tests.Registry;

public sealed class NearestNamesTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)] // k→s, e→i, +g
    [InlineData("", "abc", 3)]
    [InlineData("adamw", "adamw", 0)]
    [InlineData("form", "from", 1)] // one swap
    [InlineData("AdamW", "adamw", 0)]
    public void Distance_KnownPairs_CountsEdits(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestNames.Distance(a, b));
        Assert.Equal(expected, NearestNames.Distance(b, a));
    }

    [Fact]
    public void Rank_FarName_StillGivesThreeNearestFirst() =>
        Assert.Equal(["sgd", "adam", "lion"], NearestNames.Rank("sgdm", ["adam", "lion", "sgd", "adafactor"]));

    [Fact]
    public void Similar_FarName_GivesNone() => Assert.Empty(NearestNames.Similar("zzz", ["learning_rate", "eps"]));

    [Fact]
    public void Similar_BeginningOfAName_IsGiven() => Assert.Equal(["learning_rate"], NearestNames.Similar("learning", ["eps", "learning_rate"]));

    [Fact]
    public void Rank_HugeName_ComparesItsBeginningOnly() => Assert.Equal(["aab"], NearestNames.Rank(new string('a', 10_000_000), ["aab"]));
}
