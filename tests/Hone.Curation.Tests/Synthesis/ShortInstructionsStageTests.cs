using System.Text.RegularExpressions;
using Hone.Curation.Synthesis;

namespace Hone.Curation.Tests.Synthesis;

public sealed class ShortInstructionsStageTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    // Counted out by hand; the code under test calculates with remainders.
    private static readonly string[] s_days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    private static readonly string[] s_months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    [Fact]
    public void Run_EveryAnswer_FollowsFromTheInstruction()
    {
        StageRun run = StageRun.Of("type: short-instructions, count: 5000, held_out: 400");

        Assert.Equal(5000, run.Train.Length);
        foreach (ChatRow row in run.Train.Concat(run.HeldOut))
        {
            string expected = Solve(row);
            Assert.True(expected == row.Answer, $"{row.Skill}: {row.Prompt} -> {row.Answer}; expected {expected}");
            Assert.Equal(row.Answer, row.Response);
        }

        Assert.Equal(ShortInstructionsStage.KnownSkills.Order(), run.Train.Select(row => row.Skill).Distinct().Order());
    }

    [Fact]
    public void Run_YesAndNo_AreBothCommon()
    {
        ChatRow[] rows = StageRun.Of("type: short-instructions, count: 1500, skills: [compare, contains, even_odd]").Train;

        foreach (IGrouping<string, ChatRow> skill in rows.GroupBy(row => row.Skill))
        {
            Assert.InRange(skill.Count(row => row.Answer == "yes"), 175, 325); // 250 of 500, and 7 standard deviations of 11
        }
    }

    [Fact]
    public void Run_Prompts_AreAllDifferent_AndHeldOutOnesAskSomethingElse()
    {
        StageRun run = StageRun.Of("type: short-instructions, count: 1200, held_out: 100, skills: [reverse_word, weekday, largest]");

        Assert.Equal(1300, run.Train.Concat(run.HeldOut).Select(row => row.Prompt).Distinct().Count());
        var asked = run.Train.Select(Arguments).ToHashSet();
        Assert.DoesNotContain(run.HeldOut, row => asked.Contains(Arguments(row)));

        static string Arguments(ChatRow row) => row.Skill + string.Join(
            ',', Regex.Matches(row.Prompt, "\"[a-z]+\"|\\d+|[A-Z][a-z]+day|before|after|largest|smallest", RegexOptions.None, s_limit).Select(match => match.Value));
    }

    [Fact]
    public void Run_Seed_DecidesTheBytes()
    {
        const string Stage = "type: short-instructions, count: 500, held_out: 50";
        StageRun first = StageRun.Of(Stage);

        Assert.Equal(first.Files, StageRun.Of(Stage).Files);
        Assert.NotEqual(first.Files["train.jsonl"], StageRun.Of(Stage, seed: 2).Files["train.jsonl"]);
    }

    [Fact]
    public void Run_ExhaustedSkill_IsReportedAndMadeUpFor()
    {
        StageRun run = StageRun.Of("type: short-instructions, count: 6000, skills: [weekday, copy]");

        Assert.Equal(6000, run.Train.Length);
        Assert.Contains(run.Warnings, warning => warning.Contains("skill 'weekday' has no more different rows after", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_MoreRowsThanThereAre_IsAnError()
    {
        SynthesisException error = Assert.Throws<SynthesisException>(() => StageRun.Of("type: short-instructions, count: 100000, skills: [month]"));

        Assert.Contains("100000 wanted", error.Facts, StringComparison.Ordinal);
        Assert.Contains("add skills", error.Fix, StringComparison.Ordinal);
    }

    private static string Solve(ChatRow row)
    {
        string prompt = row.Prompt, tail = prompt[(prompt.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        string[] quoted = [.. Regex.Matches(prompt, "\"([a-z]+)\"", RegexOptions.None, s_limit).Select(match => match.Groups[1].Value)];
        long[] numbers = ProblemSolver.Numbers(prompt);
        switch (row.Skill)
        {
            case "copy":
                return tail;
            case "reverse_word":
                char[] letters = quoted[0].ToCharArray();
                Array.Reverse(letters);
                return new string(letters);
            case "spell":
                return Regex.Replace(quoted[0], "(?<=.)(?=.)", "-", RegexOptions.None, s_limit);
            case "count_letters":
                return quoted[0].Length.ToString();
            case "count_letter":
                return (quoted[1].Length - quoted[1].Replace(quoted[0], "", StringComparison.Ordinal).Length).ToString();
            case "count_words":
                return tail.Split(' ').Length.ToString();
            case "letter_at":
                return quoted[0][Place(prompt, quoted[0].Length)].ToString();
            case "uppercase":
                return string.Concat(tail.Select(letter => letter == ' ' ? ' ' : (char)(letter - 32)));
            case "capitalize":
                return string.Join(' ', tail.Split(' ').Select(word => (char)(word[0] - 32) + word[1..]));
            case "sort_numbers":
                Array.Sort(numbers);
                return string.Join(", ", prompt.Contains("largest to", StringComparison.Ordinal) ? numbers.Reverse() : numbers);
            case "sort_words":
                string[] words = tail.Split(", ");
                Array.Sort(words, StringComparer.Ordinal);
                return string.Join(", ", words);
            case "largest":
                return numbers.Aggregate((a, b) => prompt.Contains("smallest", StringComparison.Ordinal) == a < b ? a : b).ToString();
            case "compare":
                return numbers[0] != numbers[1] && (numbers[0] > numbers[1]) == Regex.IsMatch(prompt, "greater|more|larger", RegexOptions.None, s_limit) ? "yes" : "no";
            case "even_odd":
                return (numbers[0] & 1) == (prompt.Contains("odd", StringComparison.Ordinal) ? 1 : 0) ? "yes" : "no";
            case "next_number":
                Assert.Equal(numbers[1] - numbers[0], numbers[2] - numbers[1]);
                return (numbers[2] + numbers[1] - numbers[0]).ToString();
            case "weekday":
                return Walk(s_days, prompt, numbers[0]);
            case "month":
                return Walk(s_months, prompt, numbers[0]);
            case "contains":
                return tail.TrimEnd('?').Split(", ").Contains(quoted[0]) ? "yes" : "no";
            case "join_words":
                return quoted[0] + quoted[1];
            case "pick_word":
                return tail.Split(' ')[Place(prompt, tail.Split(' ').Length)];
            default:
                throw new InvalidOperationException(row.Skill);
        }
    }

    private static int Place(string prompt, int length) =>
        prompt.Contains(" first ", StringComparison.Ordinal) ? 0 : prompt.Contains(" second ", StringComparison.Ordinal) ? 1
        : prompt.Contains(" third ", StringComparison.Ordinal) ? 2 : prompt.Contains(" fourth ", StringComparison.Ordinal) ? 3 : length - 1;

    private static string Walk(string[] circle, string prompt, long steps)
    {
        var left = new LinkedList<string>(circle);
        LinkedListNode<string> at = left.Find(circle.Single(name => prompt.EndsWith($" {name}?", StringComparison.Ordinal)))!;
        for (long i = 0; i < steps; i++)
        {
            at = prompt.Contains(" after ", StringComparison.Ordinal) ? at.Next ?? left.First! : at.Previous ?? left.Last!;
        }

        return at.Value;
    }
}
