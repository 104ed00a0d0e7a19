using System.Text;
using Hone.Core.Random;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;

namespace Hone.Inference.Tests.Constraints;

public sealed class TokenConstraintTests
{
    [Theory]
    [InlineData("(ab|c)*d?")]
    [InlineData("[a-z ]{0,40}\\.")]
    [InlineData(".*")]
    [InlineData("\"[^\"]*\"|1+")]
    public void MaskOf_EveryStateOnTheWay_EqualsTryingEveryToken(string pattern)
    {
        var random = new RandomStream(9, "vocabulary");
        byte[][] vocabulary = [.. Texts.Vocabulary, .. Enumerable.Range(0, 800).Select(_ => Encoding.UTF8.GetBytes(new string([.. Enumerable.Range(0, 1 + random.NextInt32(6)).Select(_ => "ab cd.\"1"[random.NextInt32(8)])])))];
        Constraint constraint = Constraint.Regex(pattern);
        var automaton = new GrammarAutomaton(constraint.Grammar);
        TokenConstraint bound = Texts.Bind(constraint, vocabulary);
        GrammarState state = bound.Start, same = automaton.Start;
        for (int step = 0; step < 12; step++)
        {
            TokenMask mask = bound.MaskOf(state);
            int[] allowed = [.. Enumerable.Range(0, vocabulary.Length).Where(id => vocabulary[id].Length > 0 && automaton.Advance(same, vocabulary[id]) is not null)];

            Assert.Equal(allowed, Enumerable.Range(0, vocabulary.Length).Where(id => mask[id]));
            Assert.Equal(allowed.Length, mask.Count);
            if (allowed.Length == 0)
            {
                break;
            }

            int token = allowed[random.NextInt32(allowed.Length)];
            state = bound.Advance(state, token)!;
            same = automaton.Advance(same, vocabulary[token])!;
        }
    }

    [Fact]
    public void Accept_TokensRunningOut_ClosesTheText()
    {
        var cursor = new ConstraintCursor(Texts.Bind(Constraint.Regex("a+b{3}")));

        int[] taken = [.. Enumerable.Range(0, 6).Select(i => cursor.Accept('a', 5 - i))];

        // Three tokens are needed to write bbb, so the fourth a no longer fits.
        Assert.Equal("aaabbb", Encoding.UTF8.GetString([.. taken.Select(t => (byte)t)]));
        Assert.True(cursor.IsComplete);
    }

    [Fact]
    public void Completion_BytesWithoutOwnTokens_UsesLongerTokens()
    {
        byte[][] vocabulary = ["a"u8.ToArray(), "é"u8.ToArray(), "éa"u8.ToArray()];
        TokenConstraint bound = Texts.Bind(Constraint.Choices(["éaa", "üa"]), vocabulary);

        Assert.Equal([2, 0], bound.Completion(bound.Start));
        Assert.True(bound.CanEndWithin(bound.Start, 2));
        Assert.False(bound.CanEndWithin(bound.Start, 1));
    }

    [Fact]
    public void Completion_NothingCanBeWritten_IsNone()
    {
        TokenConstraint bound = Texts.Bind(Constraint.Choices(["xyz"]), [[(byte)'x'], [(byte)'y']]);

        Assert.Null(bound.Completion(bound.Start));
    }

    [Fact]
    public void Write_SeveralWays_TakesTheFewestTokens()
    {
        var trie = new TokenTrie([[1], [2], [3], [1, 2], [2, 3], [1, 2, 3, 4]]);

        Assert.Equal([3, 2], trie.Write([1, 2, 3]));
        Assert.Equal([3, 3, 0], trie.Write([1, 2, 1, 2, 1]));
        Assert.Null(trie.Write([1, 4]));
        Assert.Empty(trie.Write([])!);
    }

    [Fact]
    public void Fork_AfterwardsIndependent()
    {
        var cursor = new ConstraintCursor(Texts.Bind(Constraint.Choices(["ax", "bx"])));
        ConstraintCursor other = cursor.Fork();
        cursor.Accept('a', 5);

        Assert.True(other.Mask['b']);
        Assert.False(cursor.Mask['b']);
    }
}
