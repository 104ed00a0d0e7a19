using System.Text.RegularExpressions;

namespace Hone.Curation.Tests.Synthesis;

/// <summary>Solves word problems from their text alone: what the question says decides what is done with its numbers, in the order in which they stand.</summary>
internal static class ProblemSolver
{
    private static readonly Dictionary<string, (string Says, Func<long[], long> Solve)[]> s_rules = new()
    {
        ["addition"] = [("", n => n.Sum())],
        ["subtraction"] = [("", n => n[0] - n.Skip(1).Sum())],
        ["multiplication"] = [("", n => n[0] * n[1])],
        ["division"] = [("", n => n[0] / n[1])],
        ["comparison"] =
        [
            ("How many more", n => n[0] - n[1]), ("How many fewer", n => n[1] - n[0]), ("difference", n => n[0] - n[1]),
            (@"has \d+ more than", n => n[0] + n[1]), (@"has \d+ fewer than", n => n[0] - n[1]),
        ],
        ["money"] =
        [
            (@"^One \w+ costs", n => n[0] * n[1]), (@"(buys|orders) one \w+ for \d+ dollars and one", n => n[0] + n[1]), (@"dollars and buys one", n => n[0] - n[1]),
            ("all cost the same", n => n[0] / n[1]), ("dollars an hour", n => n[0] * n[1]), ("cheaper", n => n[0] - n[1]), ("saved", n => n[0] + n[1]),
        ],
        ["time"] =
        [
            (@"spent \d+ minutes", n => n[0] + n[1]), (@"spent \d+ hours", n => n[0] * 60), (@"for \d+ weeks", n => n[0] * 7), ("film", n => n[0] / 60),
            ("every day", n => n[0] * n[1]), ("have passed", n => n[0] - n[1]), ("How many weeks", n => n[0] / 7),
        ],
        ["rate"] =
        [
            ("kilometers an hour", n => n[0] * n[1]), ("in one hour", n => n[0] / n[1]), (@"How many minutes does s?he need", n => n[1] / n[0]),
            ("machine", n => n[0] * n[1]), ("tap", n => n[1] / n[0]), ("glasses", n => n[0] * n[1]),
        ],
        ["fraction"] =
        [
            ("half of", n => n[0] / 2), ("A third of", n => n[0] / 3), ("A quarter of", n => n[0] / 4), ("one fifth of", n => n[0] / 5),
            ("A tenth of", n => n[0] / 10), ("twice as many", n => n[0] * 2), ("three times as many", n => n[0] * 3),
        ],
        ["two_step"] =
        [
            ("and then .* loses", n => n[0] + n[1] - n[2]), ("of them leave, then", n => n[0] - n[1] + n[2]), (@"bought one \w+ for", n => n[0] - n[1] - n[2]),
            ("baked", n => n[0] - n[1] - n[2]), (@"more than \w+\. How many \w+ do they", n => n[0] + n[0] + n[1]), (@"fewer than \w+\. How many \w+ do they", n => n[0] + n[0] - n[1]),
            (@"get off and \d+ get on", n => n[0] - n[1] + n[2]), ("for free", n => (n[0] * n[1]) + n[2]), ("takes out", n => (n[0] * n[1]) - n[2]),
            ("pays with", n => n[2] - (n[0] * n[1])), ("shares the others", n => (n[0] - n[1]) / n[2]), ("sells every", n => n[0] / n[1] * n[2]),
            ("twice as many", n => (n[0] * 2) + n[1]), ("spent half of it", n => (n[0] / 2) + n[1]), ("shelves", n => n[0] * n[1] * n[2]), ("does the same for", n => (n[0] + n[1]) * n[2]),
        ],
        ["three_step"] =
        [
            (@"finds \d+, gives", n => n[0] + n[1] - n[2] + n[3]), ("bus starts", n => n[0] + n[1] - n[2] - n[3]), (@"dollars each and \d+", n => (n[0] * n[1]) + (n[2] * n[3])),
            ("are broken", n => (n[0] * n[1]) - n[2] - n[3]), ("the three have together", n => n[0] + (n[0] + n[1]) + (n[0] + n[1] + n[2])),
            ("on Friday", n => n[0] + n[1] - n[2] - n[3]), ("divides what is left", n => ((n[0] / n[1]) - n[2]) / n[3]), ("The book has", n => n[3] - ((n[0] * n[1]) + n[2])),
        ],
    };

    /// <summary>The skills that it knows.</summary>
    public static IEnumerable<string> Skills => s_rules.Keys;

    /// <summary>The answer; exactly one rule must apply.</summary>
    public static (string Rule, long Answer) Solve(string skill, string question)
    {
        (string Says, Func<long[], long> Solve)[] rules = [.. s_rules[skill].Where(rule => Regex.IsMatch(question, rule.Says, RegexOptions.None, TimeSpan.FromSeconds(1)))];
        Assert.True(rules.Length == 1, $"{rules.Length} rules apply to: {question}");
        return ($"{skill}: {rules[0].Says}", rules[0].Solve(Numbers(question)));
    }

    /// <summary>The numbers of a text in its order.</summary>
    public static long[] Numbers(string text) => [.. Regex.Matches(text, @"\d+", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => long.Parse(match.Value))];

    /// <summary>How many rules there are.</summary>
    public static int RuleCount => s_rules.Values.Sum(rules => rules.Length);
}
