using Hone.Processors.Patterns;

namespace Hone.Processors.Tests.Patterns;

public sealed class PatternTests
{
    [Theory]
    [InlineData("a|ab", "xab", "1+1")]
    [InlineData("ab|a", "xab", "1+2")]
    [InlineData("a+?b", "aaab", "0+4")]
    [InlineData("a*?", "aa", "0+0 1+0 2+0")]
    [InlineData("a*", "baab", "0+0 1+2 4+0")] // the empty match at 3 touches the end of the one before
    [InlineData("(a|b)*c", "ababc", "0+5")]
    [InlineData("a{2,3}", "aaaaa", "0+3 3+2")]
    [InlineData("a{,2}", "aaa", "0+2 2+1")]
    [InlineData("a{2}?b", "aab b", "0+3 4+1")] // {n}? is an optional {n}
    [InlineData("a{x", "a{x", "0+3")] // no interval
    [InlineData("a++a", "aaa", "")]
    [InlineData("a{1,2}+b", "aaaab", "0+5")] // a repeat of a repeat, not a possessive one
    [InlineData("(?>a|ab)c", "abc ac", "4+2")]
    [InlineData("a(?=b)", "acab", "2+1")]
    [InlineData("a(?!b)", "abac", "2+1")]
    [InlineData("(?<=b)a", "aba", "2+1")]
    [InlineData("(?<!b|cc)a", "bacca a", "6+1")]
    [InlineData("(?<name>a)b", "ab", "0+2")]
    [InlineData("(?#note)a", "a", "0+1")]
    [InlineData("(?x) a b # c", "ab", "0+2")]
    [InlineData("[a-c&&[^b]]+", "abcab", "0+1 2+2")]
    [InlineData("[^a-c]", "abcd", "3+1")]
    [InlineData("[]a]+", "a]b", "0+2")]
    [InlineData("[a-]+", "a-b", "0+2")]
    [InlineData(@"[\d-x]+", "1-x2", "0+4")]
    [InlineData("[[:alpha:]_]+", "aé_1", "0+3")]
    [InlineData(@"\x41\x{42}\u0043\t\003", "ABC\t\u0003", "0+5")]
    [InlineData("^a", "a\na", "0+1 2+1")]
    [InlineData("a$", "a\na", "0+1 2+1")]
    [InlineData(@"\Aa", "a\na", "0+1")]
    [InlineData(@"a\Z", "a\na\n", "2+1")]
    [InlineData(@"a\z", "a\na", "2+1")]
    [InlineData(@"\ba", "aa a", "0+1 3+1")]
    [InlineData(".", "a\n😀", "0+1 2+2")] // an astral character is one code point of two units
    [InlineData("(?m).+", "a\n😀", "0+4")]
    [InlineData("[😀-😂]", "😁", "0+2")]
    [InlineData(@"\R", "\r\n\n", "0+2 2+1")]
    [InlineData(@"\h+", "fFg0", "0+2 3+1")]
    [InlineData(@"\X", "e\u0301x", "0+2 2+1")]
    public void EnumerateMatches_FindsWhatOnigurumaFinds(string expression, string text, string expected)
    {
        Assert.Equal(expected, Found(expression, text));
    }

    [Theory]
    [InlineData(@"\p{L}+", "aЖ漢1", "0+3")]
    [InlineData(@"\p{Lu}", "aBǅ", "1+1")]
    [InlineData(@"\P{L}", "a1", "1+1")]
    [InlineData(@"\p{^L}", "a1", "1+1")]
    [InlineData(@"\p{Han}+", "a漢字か", "1+2")]
    [InlineData(@"\p{script_x}", "", null)]
    [InlineData(@"\p{Katakana}", "カ", "0+1")]
    [InlineData(@"[\p{N}\p{M}]+", "½\u0301Ⅷ", "0+3")]
    [InlineData(@"\s+", "\u00A0\u3000\u200B\u0085", "0+2 3+1")] // the zero-width space is none
    [InlineData(@"\w+", "a_é٣·", "0+4")]
    [InlineData(@"\d+", "1٣½", "0+2")]
    public void EnumerateMatches_ReadsUnicodeProperties(string expression, string text, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<PatternSyntaxException>(() => Pattern.Compile(expression));
            return;
        }

        Assert.Equal(expected, Found(expression, text));
    }

    [Theory]
    [InlineData("(?i)'s", "'S 'ſ", "0+2 3+2")] // the long s folds to s
    [InlineData("(?i:k)k", "Kk KK", "0+2")]
    [InlineData("a(?i)b|c", "aB aC", "0+2 3+2")] // the option embraces the alternatives that follow
    [InlineData("(?i)[a-c]+", "aBC", "0+3")]
    [InlineData("(?i)[^a]", "Ab", "1+1")]
    [InlineData("(?i)σ", "Σςσ", "0+1 1+1 2+1")]
    [InlineData("(?i)strasse", "STRAßE", "0+6")]
    [InlineData("(?i)a(?-i)b", "Ab AB", "0+2")]
    public void EnumerateMatches_IgnoresCase(string expression, string text, string expected)
    {
        Assert.Equal(expected, Found(expression, text));
    }

    [Theory]
    [InlineData("(a|b)*?$", "abab")]
    [InlineData(@"\s+$", " ")]
    [InlineData("(a*)*b", "a")]
    [InlineData("(a|a)*b", "a")]
    [InlineData("(x+x+)+y", "x")]
    [InlineData("a(?=.*b)|a", "a")]
    [InlineData("a++b", "a")]
    [InlineData("(?>a+|c)b", "a")]
    public void EnumerateMatches_OnHostileText_TakesBoundedTime(string expression, string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 40_000 / unit.Length)) + "!";

        int count = 0;
        foreach (PatternMatch match in Pattern.Compile(expression).EnumerateMatches(text))
        {
            count += match.Length > 0 ? 1 : 0;
        }

        // An expression that backtracks freely would not end within the life of the test run.
        Assert.Equal(expression.StartsWith("a(", StringComparison.Ordinal) ? 40_000 : 0, count);
    }

    [Theory]
    [InlineData("(((){100000}){100000}){100000}", 0)]
    [InlineData("((x{0}){100000}){100000}", 0)]
    [InlineData("nested in a loop", 1)]
    [InlineData("nested in a look-behind", 2)]
    public void Compile_NestedPartsThatMatchNothing_TakesBoundedTime(string expression, int shape)
    {
        const int Depth = 150;
        expression = shape switch
        {
            1 => string.Concat(Enumerable.Repeat("(()", Depth)) + new string(')', Depth) + "*",
            2 => $"(?<={string.Concat(Enumerable.Repeat("(b|a", Depth))}{new string(')', Depth)})",
            _ => expression,
        };

        // Work that doubles with each level would not end within the life of the test run.
        if (shape == 2)
        {
            var error = Assert.Throws<PatternSyntaxException>(() => Pattern.Compile(expression));
            Assert.Contains("fixed length", error.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("0+0 1+0", Found(expression, "a"));
        }
    }

    [Theory]
    [InlineData("a(b", 1, "group is not closed")]
    [InlineData("ab)", 2, "closing parenthesis")]
    [InlineData("[a", 0, "class is not closed")]
    [InlineData("*a", 0, "nothing to repeat")]
    [InlineData("a{3,2}", 1, "minimum exceeds")]
    [InlineData("a{200000}", 1, "exceeds 100000")]
    [InlineData("(?<=a*)b", 0, "fixed length")]
    [InlineData(@"(a)\1", 3, "not supported")]
    [InlineData("(?~a)", 0, "not supported")]
    [InlineData(@"x\p{Foo}", 1, "no Unicode property")]
    [InlineData("[b-a]", 1, "backwards")]
    [InlineData(@"\", 0, "backslash")]
    [InlineData(@"\x{110000}", 0, "character code")]
    [InlineData("((((a{99}){99}){99}){99})", 0, "expands to more")]
    public void Compile_OfMalformedExpression_NamesThePlace(string expression, int position, string what)
    {
        PatternSyntaxException error = Assert.Throws<PatternSyntaxException>(() => Pattern.Compile(expression));

        Assert.Equal(position, error.Position);
        Assert.Contains(what, error.What, StringComparison.Ordinal);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Literal_TakesOperatorsAsCharacters()
    {
        Assert.True(Pattern.Literal("a.*😀").TryMatch("xa.*😀", 0, out int index, out int length));

        Assert.Equal((1, 5), (index, length));
    }

    [Fact]
    public void TryMatch_LooksBehindItsStart()
    {
        var pattern = Pattern.Compile("(?<=a)b");

        Assert.True(pattern.TryMatch("ab", 1, out int index, out int length));
        Assert.Equal((1, 1), (index, length));
    }

    private static string Found(string expression, string text)
    {
        var found = new List<string>();
        foreach (PatternMatch match in Pattern.Compile(expression).EnumerateMatches(text))
        {
            found.Add($"{match.Index}+{match.Length}");
        }

        return string.Join(' ', found);
    }
}
