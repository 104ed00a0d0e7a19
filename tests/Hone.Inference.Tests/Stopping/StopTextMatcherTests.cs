using Hone.Core.Random;
using Hone.Inference.Stopping;

namespace Hone.Inference.Tests.Stopping;

public sealed class StopTextMatcherTests
{
    [Fact]
    public void Append_StopSpanningPieces_HoldsBackAndCuts()
    {
        var matcher = new StopTextMatcher(["END"]);

        Assert.Equal("one ", matcher.Append("one E"));
        Assert.Equal("", matcher.Append("N"));
        Assert.Equal("", matcher.Append("D two"));
        Assert.Equal("END", matcher.Found);
        Assert.Equal("", matcher.Finish());
    }

    [Fact]
    public void Append_BeginningThatComesToNothing_IsReleased()
    {
        var matcher = new StopTextMatcher(["END"]);

        Assert.Equal("", matcher.Append("EN"));
        Assert.Equal("EN", matcher.Append("x")[..2]);
        Assert.Equal("", matcher.Append("E"));
        Assert.Equal("E", matcher.Finish());
        Assert.Null(matcher.Found);
    }

    [Fact]
    public void Append_OverlappingBeginnings_KeepsTheLongestPossible()
    {
        var matcher = new StopTextMatcher(["aab"]);

        Assert.Equal("a", matcher.Append("aaa")); // the last two may still become the stop string
        Assert.Equal("", matcher.Append("b"));
        Assert.Equal("aab", matcher.Found);
    }

    [Fact]
    public void Append_NoStops_PassesEverything() => Assert.Equal("text", new StopTextMatcher([]).Append("text"));

    [Fact]
    public void Append_AnyPieces_EqualsCharacterByCharacter()
    {
        var random = new RandomStream(11, "test");
        for (int round = 0; round < 2000; round++)
        {
            string text = new([.. Enumerable.Range(0, 12).Select(_ => "abc"[random.NextInt32(3)])]);
            string[] stops = [.. Enumerable.Range(0, 1 + random.NextInt32(3)).Select(_ => new string([.. Enumerable.Range(0, 1 + random.NextInt32(4)).Select(_ => "abc"[random.NextInt32(3)])]))];

            (string Text, string? Found) whole = Run(text, stops, () => text.Length);
            (string Text, string? Found) single = Run(text, stops, () => 1);
            (string Text, string? Found) pieces = Run(text, stops, () => 1 + random.NextInt32(4));

            Assert.Equal(whole, single);
            Assert.Equal(whole, pieces);
            Assert.Equal(stops.Any(text.Contains), whole.Found is not null);
            Assert.DoesNotContain(stops, whole.Text.Contains);
        }
    }

    private static (string Text, string? Found) Run(string text, string[] stops, Func<int> size)
    {
        var matcher = new StopTextMatcher([.. stops]);
        string result = "";
        for (int at = 0; at < text.Length;)
        {
            int length = Math.Min(size(), text.Length - at);
            result += matcher.Append(text.Substring(at, length));
            at += length;
        }

        return (result + matcher.Finish(), matcher.Found);
    }
}
