using System.Text;
using System.Text.RegularExpressions;
using Hone.Core.Random;
using Hone.Processors.Patterns;

namespace Hone.Processors.Tests.Patterns;

/// <summary>Random expressions beside .NET's engine, in the part of the syntax where both agree.</summary>
public sealed class PatternOracleTests
{
    [Fact]
    public void TryMatch_OfRandomExpressions_AgreesWithDotNet()
    {
        var random = new RandomStream(11, "patterns");
        int compared = 0;
        for (int i = 0; i < 3000; i++)
        {
            string expression = RandomExpression(random, 3);
            var pattern = Pattern.Compile(expression);
            var oracle = new Regex(expression, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
            for (int j = 0; j < 5; j++)
            {
                string text = RandomText(random);
                Match expected = oracle.Match(text);

                bool found = pattern.TryMatch(text, 0, out int index, out int length);

                Assert.True(
                    found == expected.Success && (!found || (index, length) == (expected.Index, expected.Length)),
                    $"/{expression}/ on '{text}': {(found ? $"{index}+{length}" : "none")}, expected {(expected.Success ? $"{expected.Index}+{expected.Length}" : "none")}");
                compared++;
            }
        }

        Assert.Equal(15_000, compared);
    }

    [Fact]
    public void RunRemembering_AgreesWithThePlainMatcher()
    {
        var random = new RandomStream(12, "patterns");
        for (int i = 0; i < 400; i++)
        {
            string expression = RandomExpression(random, 3);
            var pattern = Pattern.Compile(expression);
            string text = RandomText(random);

            // Spending the budget on a long tail that never matches makes the matcher remember from some point on.
            string longText = text + string.Concat(Enumerable.Repeat("abcab", 200)) + text;
            var oracle = new Regex(expression, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
            PatternMatcher matcher = pattern.Rent();
            matcher.Remember(longText.Length);
            for (int at = 0; at <= longText.Length; at += 97)
            {
                Match expected = oracle.Match(longText, at);

                bool found = matcher.TryFind(longText, at, out int index, out int length);

                Assert.True(found == expected.Success && (!found || (index, length) == (expected.Index, expected.Length)), $"/{expression}/ at {at} of '{longText[..20]}…': {(found ? $"{index}+{length}" : "none")}, expected {(expected.Success ? $"{expected.Index}+{expected.Length}" : "none")}");
            }
        }
    }

    private static string RandomText(RandomStream random)
    {
        var text = new StringBuilder();
        for (int length = random.NextInt32(12); length > 0; length--)
        {
            text.Append("aabbc \n"[random.NextInt32(7)]);
        }

        return text.ToString();
    }

    private static string RandomExpression(RandomStream random, int depth) => random.NextInt32(depth == 0 ? 4 : 13) switch
    {
        0 => "a",
        1 => "b",
        2 => "[^b]",
        3 => "[ab]",
        4 or 5 or 6 => RandomExpression(random, depth - 1) + RandomExpression(random, depth - 1),
        7 => $"(?:{RandomExpression(random, depth - 1)}|{RandomExpression(random, depth - 1)})",
        8 or 9 => RandomRepeat(random, RandomExpression(random, depth - 1)),
        10 => $"(?>{RandomExpression(random, depth - 1)})",
        11 => $"(?{"=!"[random.NextInt32(2)]}{RandomExpression(random, depth - 1)})",
        _ => $"(?<{"=!"[random.NextInt32(2)]}{"ab"[random.NextInt32(2)]}[abc])",
    };

    // .NET goes astray in lazy loops around parts that may be empty ((?:(?:[^b]?)+?)* finds 'b a' in 'b ab') and in loops around
    // atomic ones ((?:(?>a+)){2} finds 'aa').
    private static string RandomRepeat(RandomStream random, string part)
    {
        if (part.Contains("(?>", StringComparison.Ordinal))
        {
            return part;
        }

        string[] quantifiers = ["*", "+", "?", "{1,2}", "{2}", "{2,}", "*?", "+?", "??", "{0,2}?"];
        bool nullable = Regex.IsMatch("", part, RegexOptions.None, TimeSpan.FromSeconds(5)) || part.Contains("(?", StringComparison.Ordinal);
        return $"(?:{part}){quantifiers[random.NextInt32(nullable ? 6 : quantifiers.Length)]}";
    }
}
