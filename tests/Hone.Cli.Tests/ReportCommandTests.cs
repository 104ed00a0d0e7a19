using System.Text.Json;

namespace Hone.Cli.Tests;

/// <summary>Reports and comparisons of runs, as a user makes them; the folders are written as a run leaves them.</summary>
public sealed class ReportCommandTests : CliTestBase
{
    [Fact]
    public void Report_OfARunThatWasJustMade_WritesThreeForms()
    {
        Assert.Equal(ExitCodes.Done, Run("run", "good.yaml"));
        string folder = Out.Trim();

        Assert.True(Run("report", folder) == ExitCodes.Done, Error);

        Assert.Equal(Path.Combine(folder, "report.html"), Out.Trim());
        string html = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("<bdi>demo</bdi> <span class=\"state good\">done</span>", html, StringComparison.Ordinal);
        Assert.Contains("stages/parts/train.jsonl", html, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "report.md")));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "report.json")));
        Assert.Equal(15, json.RootElement.GetProperty("stages")[0].GetProperty("record").GetProperty("counts").GetProperty("rows_train").GetDouble());
    }

    [Fact]
    public void Report_OfARunGivenByName_GoesWhereItIsTold()
    {
        Assert.Equal(ExitCodes.Done, Run("run", "good.yaml"));
        string name = Path.GetFileName(Out.Trim());

        Assert.Equal(ExitCodes.Done, Run("report", name, "--out", "page.html"));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText("page.html"), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, Run("report", name, "--format", "md", "--out", "-"));
        Assert.StartsWith("# demo: done", Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, Run("report", name, "--json"));
        Assert.Equal("done", JsonDocument.Parse(Out).RootElement.GetProperty("state").GetString());
        Assert.False(File.Exists(Path.Combine("runs", name, "report.html")));
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "There is no run 'nowhere'", "report", "nowhere")]
    [InlineData(ExitCodes.Usage, "There is no run 'good.yaml'", "report", "good.yaml")]
    [InlineData(ExitCodes.Usage, "There is no report in the form 'pdf'", "report", "nowhere", "--format", "pdf")]
    [InlineData(ExitCodes.Usage, "cannot be told from 'page'", "report", "nowhere", "--out", "page")]
    [InlineData(ExitCodes.Usage, "There is no run 'nowhere'", "compare", "nowhere", "nowhere")]
    [InlineData(ExitCodes.Usage, "--rows must be", "compare", "a", "b", "--rows", "-1")]
    public void WrongUsage_IsExplained(int code, string message, params string[] arguments)
    {
        Assert.Equal(code, Run(arguments));
        Assert.Contains(message, Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_TwoEvaluationsOfOneRun_TellsWhichIsBetter()
    {
        WriteRun("a", ("before", i => i % 4 == 0), ("after", i => i % 8 != 1));

        Assert.True(Run("compare", "a:before", "a:after") == ExitCodes.Done, Error);

        // 40 questions: 10 right before; 35 after, wrong are 1, 9, 17, 25, 33, none of them right before.
        Assert.Contains("before  25.0 % (10 of 40, 95 % interval 14.2 % to 40.2 %)", Out, StringComparison.Ordinal);
        Assert.Contains("after   87.5 % (35 of 40,", Out, StringComparison.Ordinal);
        Assert.Contains("25 gained, 0 lost, 15 as before, of 40 questions", Out, StringComparison.Ordinal);
        Assert.Contains("after is better than before (+62.5 points", Out, StringComparison.Ordinal);
        Assert.Contains("p < 0.0001, McNemar, exact", Out, StringComparison.Ordinal);
        Assert.Contains("gained 2, reference 12", Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_TwoRuns_ShowsWhatElseDiffers()
    {
        WriteRun("a", ("score", i => i % 2 == 0));
        WriteRun("b", ("score", i => i % 2 == 0 || i == 1));
        File.WriteAllText(Path.Combine("runs", "b", "recipe.resolved.yaml"), "name: b\nstages:\n  train:\n    batch:\n      rows: 16\n      tokens: null\n  extra:\n    type: split\n    seed: 3\n");

        Assert.True(Run("compare", "a", "b") == ExitCodes.Done, Error);

        Assert.Contains("No significant difference between a:score and b:score", Out, StringComparison.Ordinal);
        Assert.Contains("1 gained, 0 lost, 39 as before", Out, StringComparison.Ordinal);
        Assert.Matches(@"stages\.train\.batch\.rows +8 +16", Out);
        Assert.Matches(@"stages\.extra +- +split", Out); // one line for a stage that one run alone has, and none for null
        Assert.DoesNotContain("extra.seed", Out, StringComparison.Ordinal);
        Assert.DoesNotContain("batch.tokens", Out, StringComparison.Ordinal);
        Assert.Matches(@"train: loss +1\.5 +1\.5", Out);
        Assert.Equal(ExitCodes.Done, Run("compare", "a", "b", "--json"));
        JsonElement json = JsonDocument.Parse(Out).RootElement;
        Assert.Equal(1, json.GetProperty("evaluations")[0].GetProperty("comparison").GetProperty("gained").GetInt64());
        Assert.Equal(1.0, json.GetProperty("evaluations")[0].GetProperty("comparison").GetProperty("p_value").GetDouble());
    }

    [Fact]
    public void Compare_RunsWithNothingInCommon_IsRefused()
    {
        WriteRun("a", ("before", _ => true));
        WriteRun("b", ("before", _ => true));
        string answers = Path.Combine("runs", "b", "stages", "before", "answers.jsonl");
        File.WriteAllText(answers, File.ReadAllText(answers).Replace("Question", "Query", StringComparison.Ordinal));

        Assert.Equal(ExitCodes.Failed, Run("compare", "a:before", "b:before"));
        Assert.Contains("nothing in common that could be compared", Error, StringComparison.Ordinal);
        Assert.Contains("40 ids stand for different prompts", Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, Run("compare", "a", "a"));
        Assert.Contains("A run is compared with itself", Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, Run("compare", "a:befor", "b:before"));
        Assert.Contains("The run has no stage 'befor'", Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, Run("compare", "a:train", "b:before"));
        Assert.Contains("The stage 'train' has no answers", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_AnAnswerThatSteersTerminals_IsShownWithoutControlCharacters()
    {
        WriteRun("a", ("before", _ => false), ("after", _ => true));
        string answers = Path.Combine("runs", "a", "stages", "after", "answers.jsonl");
        File.WriteAllText(answers, File.ReadAllText(answers).Replace("the answer", "\\u001b[2Jgone", StringComparison.Ordinal));

        Assert.Equal(ExitCodes.Done, Run("compare", "a:before", "a:after"));
        Assert.Contains("gone", Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', Out);
    }

    private static void WriteRun(string name, params (string Stage, Func<int, bool> IsRight)[] evaluations)
    {
        string folder = Path.Combine("runs", name);
        string Stage(string stage) => $$"""{"name":"{{stage}}","status":"done","attempts":1,"started":"2026-01-02T03:04:05+00:00","finished":"2026-01-02T03:05:05+00:00","inputs":[],"artifacts":[],"counts":{{(stage == "train" ? "{\"loss\":1.5}" : "{}")}},"error":null}""";
        Write(Path.Combine(folder, "manifest.json"), $$"""
            {"format":1,"name":"{{name}}","seed":1,"created":"2026-01-02T03:04:05+00:00","program":{"version":"0.1.0","commit":null},
             "machine":{"system":"s","architecture":"x64","processors":2,"memory_bytes":8000000000,"runtime":"r"},"recipe_sha256":"","recipe_files":[],
             "stages":[{{string.Join(',', evaluations.Select(evaluation => Stage(evaluation.Stage)).Append(Stage("train")))}}]}
            """);
        Write(Path.Combine(folder, "recipe.resolved.yaml"), $"name: {name}\nstages:\n  train:\n    batch:\n      rows: 8\n");
        Write(Path.Combine(folder, "metrics.jsonl"), """{"time":"2026-01-02T03:05:00Z","stage":"train","attempt":1,"done":1,"unit":"steps","loss":1.5}""" + "\n");
        foreach ((string stage, Func<int, bool> isRight) in evaluations)
        {
            Write(Path.Combine(folder, "stages", stage, "answers.jsonl"), string.Concat(Enumerable.Range(0, 40).Select(i =>
                $$"""{"id":"{{i}}","messages":[{"role":"user","content":"Question {{i}}"}],"reference":"12","output":"the answer {{(isRight(i) ? 12 : 13)}}","extracted":"12","score":{{(isRight(i) ? 1 : 0)}},"why":"","tags":{},"prompt_tokens":3,"output_tokens":3,"finish":"stop"}""" + "\n")));
        }
    }
}
