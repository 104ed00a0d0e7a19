using System.Text.Json;
using Hone.Core.Errors;
using Hone.Evaluation.Pairing;

namespace Hone.Evaluation.Tests.Pairing;

public sealed class AnswerPairingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-pairing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_AnswersInOtherOrder_PairsThemById()
    {
        string first = Write("a", Line("1", 0), Line("2", 1), Line("3", 1), Line("4", 0));
        string second = Write("b", Line("4", 0, output: "later"), Line("3", 1), Line("2", 0), Line("1", 1));

        AnswerPairing pairing = AnswerPairing.Read(first, second, shown: 5);

        Assert.Equal((4, 1, 1), (pairing.Comparison!.Count, pairing.Comparison.Gained, pairing.Comparison.Lost));
        Assert.Equal("1", Assert.Single(pairing.Gained).First.Id);
        Assert.Equal("2", Assert.Single(pairing.Lost).Second.Id);
        Assert.Equal("3", Assert.Single(pairing.BothRight).First.Id);
        Assert.Equal(("o", "later"), (Assert.Single(pairing.BothWrong).First.Output, pairing.BothWrong[0].Second.Output));
    }

    [Fact]
    public void Read_AnswersThatDoNotMatch_CountsEachKind()
    {
        string first = Write("a", Line("1", 1), Line("2", 1), Line("3", 1), Line("4", 1), Line("4", 0), Line("7", 1));
        string second = Write("b", Line("2", 1, prompt: "other"), Line("3", 1, reference: "13"), Line("4", 0), Line("5", 1), Line("6", 1));

        AnswerPairing pairing = AnswerPairing.Read(first, second, shown: 5);

        Assert.Equal((1, 1), (pairing.Comparison!.Count, pairing.Comparison.Lost)); // 4, whose first answer counts
        Assert.Equal(["1", "7"], pairing.OnlyInFirst.FirstIds);
        Assert.Equal(["5", "6"], pairing.OnlyInSecond.FirstIds);
        Assert.Equal(["2"], pairing.DifferentPrompts.FirstIds);
        Assert.Equal(["3"], pairing.DifferentReferences.FirstIds);
        Assert.Equal(["4"], pairing.Repeated.FirstIds);
    }

    [Fact]
    public void Read_NothingInCommon_HasNoComparison()
    {
        AnswerPairing pairing = AnswerPairing.Read(Write("a", Line("1", 1)), Write("b", Line("2", 1)), shown: 5);

        Assert.Null(pairing.Comparison);
        Assert.Equal((1, 1), (pairing.OnlyInFirst.Count, pairing.OnlyInSecond.Count));
    }

    [Fact]
    public void Read_MoreThanShown_KeepsTheFirstOfEachKind()
    {
        string first = Write("a", [.. Enumerable.Range(0, 40).Select(i => Line($"{i}", 0))]);
        string second = Write("b", [.. Enumerable.Range(0, 40).Select(i => Line($"{i}", 1))]);

        AnswerPairing pairing = AnswerPairing.Read(first, second, shown: 2);

        Assert.Equal(["0", "1"], pairing.Gained.Select(pair => pair.First.Id));
        Assert.Equal(40, pairing.Comparison!.Gained);
    }

    [Fact]
    public void Read_ATornLine_NamesTheLine()
    {
        string first = Write("a", Line("1", 1), "{\"id\":\"2\",\"mess");

        HoneException error = Assert.ThrowsAny<HoneException>(() => AnswerPairing.Read(first, first, shown: 1));

        Assert.Contains(":2", error.Where, StringComparison.Ordinal);
    }

    private static string Line(string id, double score, string prompt = "p", string reference = "12", string output = "o") => JsonSerializer.Serialize(new
    {
        id,
        messages = new[] { new { role = "user", content = prompt } },
        reference,
        output,
        extracted = (string?)null,
        score,
        why = "",
        tags = new Dictionary<string, string>(),
        prompt_tokens = 1,
        output_tokens = 1,
        finish = "stop",
    });

    private string Write(string name, params string[] lines)
    {
        string path = Path.Combine(_folder, $"{name}.jsonl");
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        return path;
    }
}
