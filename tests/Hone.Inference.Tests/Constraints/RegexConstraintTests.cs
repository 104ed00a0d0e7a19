using System.Text;
using System.Text.RegularExpressions;
using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Inference.Constraints;

namespace Hone.Inference.Tests.Constraints;

public sealed class RegexConstraintTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("a|bc|")]
    [InlineData("(ab|a)(bc|c)")]
    [InlineData("a*b+c?")]
    [InlineData("(a|b)*c(a|c){2}")]
    [InlineData("[ab]{2,3}c{0}")]
    [InlineData("[^a]{1,}")]
    [InlineData("^a.c$")]
    [InlineData("^ab|bc$")]
    [InlineData("(?:a(?<inner>b)?)+?")]
    [InlineData(@"\w\d?[\d-]")]
    [InlineData(@"[a-c1]{2}|\x61\u0062\u{63}")]
    [InlineData("((a*)*b)*")]
    [InlineData("")]
    public void Regex_RandomTexts_AgreesWithDotNet(string pattern)
    {
        Constraint constraint = Constraint.Regex(pattern);
        var automaton = new GrammarAutomaton(constraint.Grammar);
        var expected = new Regex($"^(?:{pattern.Replace(@"\u{63}", "c")})\\z", RegexOptions.ECMAScript, TimeSpan.FromSeconds(10));
        var random = new RandomStream(5, pattern + "x");
        int accepted = 0;
        for (int i = 0; i < 3000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.NextInt32(6)).Select(_ => "abc1-"[random.NextInt32(5)])]);
            bool isMatch = expected.IsMatch(text);
            accepted += isMatch ? 1 : 0;
            Assert.True(isMatch == Texts.Accepts(automaton, Encoding.UTF8.GetBytes(text)), $"'{text}' for /{pattern}/");
        }

        Assert.True(accepted > 0);
    }

    [Theory]
    [InlineData(0x00, 0x10FFFF)]
    [InlineData(0x7E, 0x81)]
    [InlineData(0x7FE, 0x801)]
    [InlineData(0xD7F0, 0xE010)]
    [InlineData(0xFFF0, 0x10010)]
    [InlineData(0x12345, 0x54321)]
    [InlineData(0x10FFFE, 0x10FFFF)]
    public void Character_AnyRange_AcceptsExactlyItsUtf8(int first, int last)
    {
        var builder = new GrammarBuilder();
        var automaton = new GrammarAutomaton(builder.Build(builder.Rule(builder.Character(CodePointSet.Of((first, last))))));
        byte[] bytes = new byte[4];
        for (int code = 0; code <= CodePointSet.Max; code += code < 0x11000 || Math.Abs(code - first) < 300 || Math.Abs(code - last) < 300 ? 1 : 97)
        {
            if (Rune.IsValid(code))
            {
                int length = new Rune(code).EncodeToUtf8(bytes);
                Assert.Equal(code >= first && code <= last, Texts.Accepts(automaton, bytes.AsSpan(0, length)));
            }
        }

        Assert.False(Texts.Accepts(automaton, [0xED, 0xA0, 0x80])); // a surrogate
        Assert.False(Texts.Accepts(automaton, [0xC0, 0x80]));       // an overlong zero
        Assert.False(Texts.Accepts(automaton, [0xF4, 0x90, 0x80, 0x80]));
    }

    [Fact]
    public void Regex_Categories_FollowUnicode()
    {
        Constraint constraint = Constraint.Regex(@"\p{Lu}\p{L}*\P{L}");

        Assert.True(Texts.Accepts(constraint, "Äpfel!"));
        Assert.True(Texts.Accepts(constraint, "Жук1"));
        Assert.False(Texts.Accepts(constraint, "äpfel!"));
        Assert.False(Texts.Accepts(constraint, "Äpfel"));
    }

    [Theory]
    [InlineData("a(b", "a '(' without its ')'")]
    [InlineData("ab)", "a ')' without its '('")]
    [InlineData("[ab", "a '[' without its ']'")]
    [InlineData("a{2,1}", "the maximum is below the minimum")]
    [InlineData("*a", "a quantifier with nothing before it")]
    [InlineData("(?=a)b", "look-around")]
    [InlineData(@"(a)\1", "backreferences")]
    [InlineData(@"\bword", "word boundaries")]
    [InlineData("a^b", "'^' or '$' inside the pattern")]
    [InlineData(@"\p{Klingon}", "not a general category")]
    [InlineData("a{999999}", "more than 100000")]
    [InlineData("a\\", "a '\\' at the end")]
    [InlineData("[]", "accepts no text")]
    public void Regex_NotRegularOrMalformed_SaysWhat(string pattern, string problem)
    {
        var error = Assert.Throws<HoneException>(() => Constraint.Regex(pattern));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regex_NestedRepetition_IsRefusedBeforeItFillsTheMemory()
    {
        var error = Assert.Throws<HoneException>(() => Constraint.Regex("((a{1000}){1000}){1000}"));

        Assert.Contains("too large", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_PrefixesOfEachOther_AllAccepted()
    {
        Constraint constraint = Constraint.Choices(["yes", "yes, of course", "no", "ñ"]);

        Assert.True(Texts.Accepts(constraint, "yes"));
        Assert.True(Texts.Accepts(constraint, "yes, of course"));
        Assert.True(Texts.Accepts(constraint, "ñ"));
        Assert.False(Texts.Accepts(constraint, "yes,"));
        Assert.Throws<HoneException>(() => Constraint.Choices([]));
    }
}
