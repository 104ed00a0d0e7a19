using System.Text.RegularExpressions;
using Hone.Core.Recipes;
using Hone.Curation.Synthesis;

namespace Hone.Curation.Tests.Synthesis;

public sealed class WordProblemsStageTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("", 1UL)]
    [InlineData(", numbers: { min: 50, max: 400 }, factors: { min: 5, max: 40 }", 2UL)]
    [InlineData(", numbers: { min: 2, max: 20 }, factors: { min: 2, max: 5 }", 3UL)]
    public void Run_EveryAnswer_FollowsFromTheQuestion(string ranges, ulong seed)
    {
        StageRun run = StageRun.Of($"type: word-problems, count: 4000, held_out: 300{ranges}", seed);

        var rules = new HashSet<string>();
        foreach (ChatRow row in run.Train.Concat(run.HeldOut))
        {
            (string rule, long answer) = ProblemSolver.Solve(row.Skill, row.Prompt);
            Assert.True(answer.ToString() == row.Answer, $"{row.Prompt} -> {row.Response}; expected {answer}");
            rules.Add(rule);
        }

        Assert.Equal(ProblemSolver.RuleCount, rules.Count);
    }

    [Fact]
    public void Run_EveryStep_IsCorrectAndUsesWhatIsKnown()
    {
        foreach (ChatRow row in StageRun.Of("type: word-problems, count: 3000").Train)
        {
            string[] lines = row.Response.Split('\n');
            var known = new HashSet<long>(ProblemSolver.Numbers(row.Prompt)) { 2, 3, 4, 5, 7, 10, 60 }; // twice, three times, a week, an hour, …
            var unused = ProblemSolver.Numbers(row.Prompt).ToList();
            long last = 0;
            foreach (Match equation in Regex.Matches(string.Join('\n', lines[..^1]), @"(\d+)((?: [-+*/] \d+)+) = (\d+)", RegexOptions.None, s_limit))
            {
                last = Calculate(equation.Groups[1].Value + equation.Groups[2].Value);
                long[] operands = ProblemSolver.Numbers(equation.Groups[1].Value + equation.Groups[2].Value);
                Assert.All(operands, operand => Assert.Contains(operand, known));
                unused.RemoveAll(operands.Contains);
                Assert.Equal(last.ToString(), equation.Groups[3].Value);
                known.Add(last);
            }

            Assert.Empty(unused);
            Assert.Equal($"#### {last}", lines[^1]);
            Assert.Equal(last.ToString(), row.Answer);
            Assert.DoesNotMatch(@"[{}<>|\[\]]", row.Prompt + row.Response);
        }
    }

    [Fact]
    public void Run_Skills_GetEquallyManyRows()
    {
        StageRun run = StageRun.Of("type: word-problems, count: 1001");

        int[] counts = [.. run.Train.CountBy(row => row.Skill).Select(pair => pair.Value)];
        Assert.Equal(ProblemSolver.Skills.Order(), run.Train.Select(row => row.Skill).Distinct().Order());
        Assert.Equal(WordProblemsStage.KnownSkills.Order(), ProblemSolver.Skills.Order());
        Assert.Equal(1001, counts.Sum());
        Assert.True(counts.Max() - counts.Min() <= 1);
        Assert.All(run.Train.CountBy(row => row.Skill), pair => Assert.Equal(pair.Value, run.Counts[$"train_{pair.Key}"]));
        Assert.Empty(run.Warnings);
    }

    [Fact]
    public void Run_Prompts_AreAllDifferent_AndHeldOutOnesDifferInMoreThanWords()
    {
        StageRun run = StageRun.Of("type: word-problems, count: 6000, held_out: 500, skills: [multiplication, addition], factors: { min: 2, max: 20 }");

        Assert.Equal(6500, run.Train.Concat(run.HeldOut).Select(row => row.Prompt).Distinct().Count());
        Assert.Equal(500, run.HeldOut.Length);

        // Without names and plurals, no held-out question is one of the training questions.
        var trained = run.Train.Select(Frame).ToHashSet();
        Assert.DoesNotContain(run.HeldOut, row => trained.Contains(Frame(row)));

        static string Frame(ChatRow row) => Regex.Replace(row.Prompt, @"\b[A-Z][a-z]*\b|\b[a-z]+s\b", "_", RegexOptions.None, s_limit);
    }

    [Fact]
    public void Run_Seed_DecidesTheBytes()
    {
        const string Stage = "type: word-problems, count: 500, held_out: 50";
        StageRun first = StageRun.Of(Stage);

        Assert.Equal(first.Files, StageRun.Of(Stage).Files);
        Assert.NotEqual(first.Files["train.jsonl"], StageRun.Of(Stage, seed: 2).Files["train.jsonl"]);
    }

    [Fact]
    public void Run_ExcludedOperation_AppearsNowhere()
    {
        ChatRow[] rows = StageRun.Of("type: word-problems, count: 2000, exclude_skills: [multiplication, three_step]").Train;

        Assert.DoesNotContain(rows, row => row.Response.Contains('*', StringComparison.Ordinal));
        Assert.DoesNotContain(rows, row => row.Skill is "multiplication" or "three_step");
        Assert.Contains(rows, row => row.Skill == "money");
    }

    [Fact]
    public void Run_ChosenSkills_AreTheOnlyOnes()
    {
        ChatRow[] rows = StageRun.Of("type: word-problems, count: 100, skills: [two_step]").Train;

        Assert.All(rows, row => Assert.Equal("two_step", row.Skill));
    }

    [Fact]
    public void Run_SkillThatNeedsAnExcludedOne_IsAnErrorWhenNamedAndAWarningOtherwise()
    {
        const string Excluded = "exclude_skills: [multiplication, division]";

        SynthesisException error = Assert.Throws<SynthesisException>(() => StageRun.Of($"type: word-problems, count: 10, skills: [rate], {Excluded}"));
        StageRun run = StageRun.Of($"type: word-problems, count: 100, {Excluded}");

        Assert.Contains("'rate'", error.What, StringComparison.Ordinal);
        Assert.Contains(run.Warnings, warning => warning.Contains("'rate' is left out", StringComparison.Ordinal));
        Assert.Equal(100, run.Train.Length);
    }

    [Theory]
    [InlineData("skills: [adition]", "there is no skill 'adition'; nearest: addition")]
    [InlineData("skills: [addition, addition]", "named twice")]
    [InlineData("skills: [addition], exclude_skills: [addition]", "both asked for and excluded")]
    [InlineData("numbers: { min: 9, max: 3 }", "the range from 9 to 3 is empty")]
    [InlineData("numbers: { min: 1, max: 3 }", "at least 2")]
    public void Recipe_WithAMistake_IsRefused(string options, string expected)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => StageRun.Of($"type: word-problems, count: 10, {options}"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static long Calculate(string expression)
    {
        string[] tokens = expression.Split(' ');
        decimal value = decimal.Parse(tokens[0]);
        for (int i = 1; i < tokens.Length; i += 2)
        {
            decimal right = decimal.Parse(tokens[i + 1]);
            value = tokens[i] switch { "+" => value + right, "-" => value - right, "*" => value * right, _ => value / right };
        }

        Assert.Equal(Math.Floor(value), value);
        return (long)value;
    }
}
