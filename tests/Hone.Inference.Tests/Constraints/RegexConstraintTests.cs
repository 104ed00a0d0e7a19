using System.Text;
using System.Text.RegularExpressions;
using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Inference.Constraints;
using Hone.Processors.Patterns;

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
    [InlineData("(((){3}){4}){5}c{0}")]
    [InlineData("(^a|b$)")]
    [InlineData(@"[\w-]|[^\W\d]{2}|[c-]")]
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

    [Fact]
    public void Regex_RepeatingNothingWithoutEnd_AcceptsNothingAtOnce()
    {
        var automaton = new GrammarAutomaton(Constraint.Regex("(((){100000}){100000}){100000}c{0}").Grammar); // .NET counts them one by one

        Assert.True(Texts.Accepts(automaton, []));
        Assert.False(Texts.Accepts(automaton, "c"u8.ToArray()));
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
        var automaton = new GrammarAutomaton(builder.Build(builder.Rule(builder.Character(CodePointSet.Range(first, last)))));
        byte[] bytes = new byte[4];
        for (int code = 0; code < CodePointSet.Limit; code += code < 0x11000 || Math.Abs(code - first) < 300 || Math.Abs(code - last) < 300 ? 1 : 97)
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
    [InlineData("a(b", "position 1 of", "A group is not closed")]
    [InlineData("ab)", "position 2 of", "A closing parenthesis has no opening one")]
    [InlineData("[ab", "position 0 of", "A class is not closed")]
    [InlineData("a{2,1}", "position 1 of", "minimum exceeds its maximum")]
    [InlineData("a{,1}", "position 1 of", "A brace does not begin")]
    [InlineData("a{x", "position 1 of", "A brace does not begin")]
    [InlineData("*a", "position 0 of", "A quantifier has nothing to repeat")]
    [InlineData("a|{2}", "position 2 of", "A quantifier has nothing to repeat")]
    [InlineData("a**", "position 2 of", "A quantifier follows a quantifier")]
    [InlineData("a*{2}", "position 2 of", "A quantifier follows a quantifier")]
    [InlineData("^*a", "position 1 of", "A quantifier follows a condition")]
    [InlineData("(?=a)b", "/(?=a)b/", "look-around")]
    [InlineData("a(?<!b)", "/a(?<!b)/", "look-around")]
    [InlineData("(?i)a", "position 0 of", "This kind of group is not supported")]
    [InlineData("(?>a)", "position 0 of", "This kind of group is not supported")]
    [InlineData("(?<1>a)", "position 0 of", "A group's name is malformed")]
    [InlineData(@"(a)\1", "position 3 of", "Back references")]
    [InlineData(@"\k<a>", "position 0 of", "Back references")]
    [InlineData(@"\bword", @"/\bword/", "word boundary")]
    [InlineData("a^b", "/a^b/", "'^' or '$' inside the pattern")]
    [InlineData(@"\p{Klingon}", "position 0 of", "no Unicode property 'Klingon'")]
    [InlineData(@"\pL", "position 0 of", @"\p is not supported")]
    [InlineData(@"\h", "position 0 of", @"\h is not supported")]
    [InlineData(@"\ud800", "position 0 of", "Half of a surrogate pair")]
    [InlineData("[b-a]", "position 1 of", "not two characters in order")]
    [InlineData(@"[\d-z]", "position 1 of", "not two characters in order")]
    [InlineData("a{999999}", "position 1 of", "exceeds 100000")]
    [InlineData("a\\", "position 1 of", "ends in a backslash")]
    [InlineData("[]", "", "accepts no text")]
    public void Regex_NotRegularOrMalformed_SaysWhatAndWhere(string pattern, string where, string problem)
    {
        var error = Assert.Throws<HoneException>(() => Constraint.Regex(pattern));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(where, error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("((a{1000}){1000}){1000}", 8)]
    [InlineData("((a{1,500}){1,500}){1,500}", 8)]
    [InlineData("((((((((((a?){99999})*){99999})*){99999})*){99999})*){99999})*", 256)] // the innermost repetition fits
    public void Regex_NestedRepetition_IsRefusedBeforeItIsExpanded(string pattern, long megabytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<HoneException>(() => Constraint.Regex(pattern));

        Assert.Contains("too large", error.Message, StringComparison.Ordinal);
        Assert.Contains("500,000", error.Facts, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, megabytes << 20);
    }

    [Fact]
    public void Regex_ManyCategories_AcceptsAsManyCharacters()
    {
        Constraint constraint = Constraint.Regex(string.Concat(Enumerable.Repeat(@"\p{Lu}", 100)));

        Assert.True(Texts.Accepts(constraint, new string('Ä', 100)));
        Assert.False(Texts.Accepts(constraint, new string('Ä', 99)));
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
