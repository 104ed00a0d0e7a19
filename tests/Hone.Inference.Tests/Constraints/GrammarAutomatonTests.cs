using System.Text;
using Hone.Core.Random;
using Hone.Inference.Constraints;

namespace Hone.Inference.Tests.Constraints;

public sealed class GrammarAutomatonTests
{
    [Fact]
    public void Advance_MoreStatesThanAllowed_ForgetsThemAndGoesOn()
    {
        Grammar grammar = Constraint.Regex("(a|b)*a(a|b){8}").Grammar; // a state for each of the last eight characters' 256 pasts
        var all = new GrammarAutomaton(grammar);
        var few = new GrammarAutomaton(grammar, maxCells: 400);
        var random = new RandomStream(3, "texts");
        byte[] text = Encoding.UTF8.GetBytes(new string([.. Enumerable.Range(0, 2000).Select(_ => "ab"[random.NextInt32(2)])]));
        GrammarState first = few.Advance(few.Start, text[0])!; // every text of the two letters can go on
        GrammarState? expected = all.Start, actual = few.Start;

        for (int i = 0; i < text.Length; i++)
        {
            expected = all.Advance(expected!, text[i]); // compared below before it is used again
            actual = few.Advance(actual!, text[i]);
            Assert.NotNull(actual);
            Assert.Equal(i >= 8 && text[i - 8] == 'a', actual.IsAccepting);
            Assert.Equal(expected!.Places, actual.Places);
        }

        Assert.NotSame(first, few.Advance(few.Start, text[0]));
        Assert.Same(all.Advance(all.Start, text[0]), all.Advance(all.Start, text[0]));
    }
}
