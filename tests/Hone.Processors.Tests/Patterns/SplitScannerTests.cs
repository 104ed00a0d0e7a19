using System.Text;
using Hone.Core.Random;
using Hone.Processors.Patterns;
using Hone.Processors.Patterns.Scanners;

namespace Hone.Processors.Tests.Patterns;

/// <summary>Each scanner beside the general engine on the same expression.</summary>
public sealed class SplitScannerTests
{
    // Characters at which the alternatives part ways, from every class the rules know, and the ones that fold to contraction letters.
    private const string Alphabet =
        "aZsStTrReElLvVdDmM'''’   \t\r\n\n\u00A0\u3000\u2028\u0085.,!?-/_(\"$+<|0123456789½Ⅷ٣éßſKÑǅʰªºčЖжאبदी्中文かナ한\u0301\u0903\u20DD\u200D\u00AD\u0000\uE000\uFFFD😀👍🏽𝒳𝟙𐐀𐐨\u0378";

    public static TheoryData<string> Expressions => [.. WellKnownExpressions.All];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void MatchAt_OfEveryExpression_AgreesWithTheGeneralEngine(string expression)
    {
        var random = new RandomStream(5, "scanner");
        Pattern fast = Pattern.Compile(expression), general = Pattern.CompileGeneral(expression);
        Assert.NotNull(WellKnownExpressions.Find(expression));

        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText(random, 1 + random.NextInt32(14));

            Assert.True(Pieces(general, text).SequenceEqual(Pieces(fast, text)), Describe(text, Pieces(general, text), Pieces(fast, text)));
        }
    }

    [Theory]
    [MemberData(nameof(Expressions))]
    public unsafe void Split_OfUtf8_CutsWhereTheGeneralEngineDoes(string expression)
    {
        var random = new RandomStream(6, "scanner");
        PieceScanner scanner = WellKnownExpressions.Find(expression)!; // checked above
        Pattern general = Pattern.CompileGeneral(expression);

        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText(random, 1 + random.NextInt32(40));

            Assert.True(Cover(general, text).SequenceEqual(Cut(scanner, text)), Describe(text, Cover(general, text), Cut(scanner, text)));
        }
    }

    [Fact]
    public unsafe void DigitsThenGpt2_CutsAsTheTwoSplitsInTurn()
    {
        var random = new RandomStream(7, "scanner");
        Pattern digits = Pattern.Compile(@"\p{N}"), words = Pattern.CompileGeneral(WellKnownExpressions.Gpt2);
        PieceScanner scanner = WellKnownExpressions.DigitsThenGpt2();

        for (int i = 0; i < 5000; i++)
        {
            string text = RandomText(random, 1 + random.NextInt32(30));
            string[] expected = [.. Cover(digits, text).SelectMany(piece => Cover(words, piece))];

            Assert.True(expected.SequenceEqual(Cut(scanner, text)), Describe(text, expected, Cut(scanner, text)));
        }
    }

    [Theory]
    [MemberData(nameof(Expressions))]
    public void EnumerateMatches_OnALongTextWithoutABreak_TakesLinearTime(string expression)
    {
        foreach (string unit in (string[])["a", " ", "A", "中", "😀", "'", "\n", " \n", "1", "\u0301", "aB"])
        {
            string text = string.Concat(Enumerable.Repeat(unit, 200_000 / unit.Length));
            int length = 0;
            foreach (PatternMatch match in Pattern.Compile(expression).EnumerateMatches(text))
            {
                length += match.Length;
            }

            Assert.True(length == text.Length || expression == WellKnownExpressions.DeepSeekV3, unit); // digits are no part of that one
        }
    }

    private static string RandomText(RandomStream random, int length)
    {
        Rune[] runes = [.. Alphabet.EnumerateRunes()];
        var text = new StringBuilder();
        while (length-- > 0)
        {
            text.Append(random.NextInt32(12) == 0 ? ((string[])["'ll", "'RE", " 'S", "\r\n", "  x", "HTTPServer's", "l’été"])[random.NextInt32(7)] : runes[random.NextInt32(runes.Length)].ToString());
        }

        return text.ToString();
    }

    private static string[] Pieces(Pattern pattern, string text)
    {
        var pieces = new List<string>();
        foreach (PatternMatch match in pattern.EnumerateMatches(text))
        {
            pieces.Add($"{match.Index}:{text.AsSpan(match.Index, match.Length)}");
        }

        return [.. pieces];
    }

    // Matches and the stretches between them, as the behaviour Isolated keeps them.
    private static string[] Cover(Pattern pattern, string text)
    {
        var pieces = new List<string>();
        int end = 0;
        foreach (PatternMatch match in pattern.EnumerateMatches(text))
        {
            if (match.Index > end)
            {
                pieces.Add(text[end..match.Index]);
            }

            pieces.Add(text[match.Index..match.End]);
            end = match.End;
        }

        return end < text.Length ? [.. pieces, text[end..]] : [.. pieces];
    }

    // In bites of a few pieces, as the encoder does.
    private static unsafe string[] Cut(PieceScanner scanner, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] padded = [.. utf8, .. Enumerable.Repeat((byte)'a', Utf8Points.Padding)];
        var pieces = new List<string>();
        int at = 0;
        Span<int> ends = stackalloc int[3];
        fixed (byte* start = padded)
        {
            while (at < utf8.Length)
            {
                foreach (int end in ends[..scanner.Split(start, at, utf8.Length, ends)])
                {
                    pieces.Add(Encoding.UTF8.GetString(utf8, at, end - at));
                    at = end;
                }
            }
        }

        return [.. pieces];
    }

    private static string Describe(string text, string[] expected, string[] actual)
    {
        string Show(string part) => string.Concat(part.EnumerateRunes().Select(rune => rune.Value is > 32 and < 127 ? rune.ToString() : $"\\u{{{rune.Value:X}}}"));
        return $"{Show(text)}\nexpected {string.Join(" ¦ ", expected.Select(Show))}\nactual   {string.Join(" ¦ ", actual.Select(Show))}";
    }
}
