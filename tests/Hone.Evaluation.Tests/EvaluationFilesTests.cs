using System.Text;
using System.Text.Json;
using Hone.Core.Errors;

namespace Hone.Evaluation.Tests;

public sealed class EvaluationFilesTests
{
    [Fact]
    public void Write_Answer_HasTheKeysInTheirOrder()
    {
        byte[] line = EvaluationFiles.Write(Answer("7", 1, "add"));

        Assert.Equal(
            """{"id":"7","messages":[{"role":"user","content":"1 + 1 <?>"}],"reference":"2","output":"é 2","extracted":"2","score":1,"why":"2 = 2","tags":{"skill":"add"},"prompt_tokens":31,"output_tokens":18,"finish":"stop"}""",
            Encoding.UTF8.GetString(line));
    }

    [Fact]
    public void ReadAnswers_OfWhatWasWritten_GivesTheSame()
    {
        string path = Path.GetTempFileName();
        EvaluationRecord[] written = [Answer("1", 1, "add"), Answer("2", 0, "add") with { Extracted = null, Finish = EvaluationFiles.FinishLength }];
        File.WriteAllBytes(path, [.. EvaluationFiles.Write(written[0]), (byte)'\n', .. EvaluationFiles.Write(written[1]), (byte)'\n']);

        IReadOnlyList<EvaluationRecord> read = EvaluationFiles.ReadAnswers(path);

        Assert.Equal(2, read.Count);
        Assert.Equal("é 2", read[0].Output);
        Assert.Equal("1 + 1 <?>", read[0].Messages[0].GetProperty("content").GetString());
        Assert.Equal("add", read[0].Tags["skill"]);
        Assert.True(read[0].IsRight());
        Assert.False(read[1].IsRight());
        Assert.True(read[1].IsTruncated());
        Assert.Null(read[1].Extracted);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":null}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void ReadAnswer_NotAnAnswer_NamesThePlace(string line)
    {
        var error = Assert.Throws<HoneException>(() => EvaluationFiles.ReadAnswer(Encoding.UTF8.GetBytes(line), "answers.jsonl:3"));

        Assert.Equal("answers.jsonl:3", error.Where);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Summary_OfFourAnswers_CountsGroupsAndReadsBack()
    {
        string path = Path.GetTempFileName();
        EvaluationRecord[] records =
        [
            Answer("1", 1, "sub"), Answer("2", 0, "add"), Answer("3", 1, "add") with { Finish = EvaluationFiles.FinishLength }, Answer("4", 0, "add") with { Extracted = null },
        ];

        File.WriteAllBytes(path, EvaluationFiles.Write(EvaluationSummary.Create(records, "m", null, "d.jsonl")));
        EvaluationSummary read = EvaluationFiles.ReadSummary(path);

        Assert.Equal((4, 2, 0.5), (read.Count, read.Right, read.Value));
        Assert.Equal((1, 1), (read.Unanswered, read.Truncated));
        Assert.Equal(["add", "sub"], read.Groups.Select(group => group.Value));
        Assert.Equal((3, 1), (read.Groups[0].Count, read.Groups[0].Right));
        Assert.Equal("accuracy wilson 0.95 m d.jsonl", FormattableString.Invariant($"{read.Metric} {read.Interval} {read.Confidence} {read.Model} {read.Dataset}"));

        // Wilson, 2 of 4: middle 0.5, half width 1.96 / (1 + 0.96) * sqrt(0.0625 + 0.06) = 0.35 within rounding.
        Assert.Equal(0.15, read.Low, 0.001);
        Assert.Equal(0.85, read.High, 0.001);
    }

    [Fact]
    public void ReadSummary_OfAFileCutShort_NamesTheFile()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, """{"metric":"accuracy","count":4""");

        var error = Assert.Throws<HoneException>(() => EvaluationFiles.ReadSummary(path));

        Assert.Equal(path, error.Where);
    }

    private static EvaluationRecord Answer(string id, double score, string skill) => new()
    {
        Id = id,
        Messages = JsonSerializer.SerializeToElement(new[] { new { role = "user", content = "1 + 1 <?>" } }),
        Reference = "2",
        Output = "é 2",
        Extracted = "2",
        Score = score,
        Why = "2 = 2",
        Tags = new Dictionary<string, string> { ["skill"] = skill },
        PromptTokens = 31,
        OutputTokens = 18,
        Finish = EvaluationFiles.FinishStop,
    };
}
