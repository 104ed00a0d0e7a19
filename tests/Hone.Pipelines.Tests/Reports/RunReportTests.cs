using System.Text;
using System.Text.Json;
using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Pipelines.Reports;

namespace Hone.Pipelines.Tests.Reports;

public sealed class RunReportTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Read_AFinishedRun_HasItsFigures()
    {
        _run.Stage("before").Stage("train", counts: [("trainable_parameters", 12345)]).Stage("after").Save();
        _run.Metrics(SampleRun.Step(1, 3.0), SampleRun.Step(2, 2.5), SampleRun.Step(3, 2.0), """{"time":"2026-01-02T03:05:00Z","stage":"train","attempt":1,"done":3,"unit":"steps","validation_loss":2.25}""");
        _run.Write("stages/train/training.json", """{"steps":3,"tokens":600,"targets":200,"final_loss":2.0,"initial_evaluation":3.5,"final_evaluation":2.25,"result_step":3,"stopped_early":false}""");
        _run.Answers("before", ("1", 0, "x"), ("2", 1, "12"), ("3", 0, "y")).Answers("after", ("1", 1, "12"), ("2", 1, "12"), ("3", 1, "12"));

        RunReport report = RunReport.Read(_run.Folder);

        Assert.Equal((RunState.Done, ""), (report.State, report.StateText));
        Assert.Equal(TimeSpan.FromSeconds(270), report.Duration);
        Assert.Empty(report.Notes);
        StageReport train = report.Stages[1];
        Assert.Equal("sft", train.Type);
        Assert.Equal([3.0, 2.5, 2.0], train.Find("loss")!.Points.Select(point => point.Mean));
        EvaluationChange change = Assert.Single(report.Changes);
        Assert.Equal((3, 2, 0), (change.Pairing.Comparison!.Count, change.Pairing.Comparison.Gained, change.Pairing.Comparison.Lost));
        Assert.Contains(report.Figures, figure => figure is { Label: "before → after", Value: "33.3 % → 100.0 %" });
        Assert.Contains(report.Figures, figure => figure is { Label: "train: validation loss", Value: "3.5 → 2.25" });
        Assert.Contains(report.Figures, figure => figure is { Label: "train: trained parameters", Value: "12,345" });
    }

    [Fact]
    public void Read_AResumedRun_TakesTheLaterAttemptsSteps()
    {
        // Killed after step 4, its checkpoint was that of step 2: steps 3 and 4 were taken again.
        _run.Stage("train").Save().Metrics(
            SampleRun.Step(1, 5), SampleRun.Step(2, 4), SampleRun.Step(3, 30), SampleRun.Step(4, 40),
            SampleRun.Step(3, 3, attempt: 2), SampleRun.Step(4, 2, attempt: 2), SampleRun.Step(5, 1, attempt: 2));

        MetricSeries loss = RunReport.Read(_run.Folder).Stages[0].Find("loss")!;

        Assert.Equal([5.0, 4, 3, 2, 1], loss.Points.Select(point => point.Mean));
        Assert.Equal([1L, 2, 3, 4, 5], loss.Points.Select(point => point.LastStep));
    }

    [Fact]
    public void Read_AHundredThousandSteps_KeepsBoundedPointsThatStandForAll()
    {
        const int steps = 100_000;
        _run.Stage("train").Save();
        using (var file = new StreamWriter(Path.Combine(_run.Folder, "metrics.jsonl")))
        {
            for (int step = 1; step <= steps; step++)
            {
                file.Write(SampleRun.Step(step, step == 70_000 ? 99 : 1) + "\n");
            }
        }

        RunReport report = RunReport.Read(_run.Folder);

        MetricSeries loss = report.Stages[0].Find("loss")!;
        Assert.InRange(loss.Points.Count, 100, 512);
        Assert.Equal(steps, loss.Count);
        Assert.Equal((1, steps), (loss.Points[0].FirstStep, loss.Points[^1].LastStep));
        Assert.Equal(99, loss.Highest); // a peak of one step is not smoothed away
        Assert.Equal((steps - 1 + 99) / (double)steps, loss.Mean!.Value, 9);
        Assert.Contains($"each point is the mean of up to {loss.StepsPerPoint} values", Html(report), StringComparison.Ordinal);
        Assert.InRange(Html(report).Length, 1, 600_000);
    }

    [Theory]
    [InlineData(StageStatus.Running, RunState.Interrupted, "The process ended while stage 'train' was running after 2 steps.")]
    [InlineData(StageStatus.Cancelled, RunState.Cancelled, "Stage 'train' was stopped on request after 2 steps.")]
    [InlineData(StageStatus.Failed, RunState.Failed, "Stage 'train' failed after 2 steps: The loss is not finite.")]
    [InlineData(StageStatus.Pending, RunState.Partial, "Not begun: 'train'.")]
    public void Read_AnUnfinishedRun_SaysSo(StageStatus status, RunState state, string text)
    {
        _run.Stage("data").Stage("train", status, status == StageStatus.Failed ? "The loss is not finite." : null).Save();
        _run.Metrics(SampleRun.Step(1, 3), SampleRun.Step(2, 2));

        RunReport report = RunReport.Read(_run.Folder);

        Assert.Equal((state, text), (report.State, report.StateText));
        Assert.Contains("hone run --resume 20260102-030405-demo", Html(report), StringComparison.Ordinal);
        Assert.Contains(text.Replace("'", "&#39;", StringComparison.Ordinal), Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhileAProcessHoldsTheRun_SaysThatItRuns()
    {
        _run.Stage("train", StageStatus.Running).Save();
        using FileStream held = new(Path.Combine(_run.Folder, "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal(RunState.Running, RunReport.Read(_run.Folder).State);
    }

    [Fact]
    public void Read_NumbersThatAreNone_AreCountedAndLeftOutOfTheCurve()
    {
        _run.Stage("train").Save().Metrics(
            SampleRun.Step(1, 3),
            """{"time":"2026-01-02T03:05:00Z","stage":"train","attempt":1,"done":2,"unit":"steps","loss":"NaN","grad_norm":"Infinity"}""",
            SampleRun.Step(3, 2));

        RunReport report = RunReport.Read(_run.Folder);

        MetricSeries loss = report.Stages[0].Find("loss")!;
        Assert.Equal((2, 1), (loss.Count, loss.NonFinite));
        Assert.Equal([2L], loss.NonFiniteSteps);
        Assert.Contains("step 2: no finite value", Html(report), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OnlyNumbersThatAreNone_DrawsNoCurveAndSaysWhy()
    {
        _run.Stage("train").Save().Metrics("""{"stage":"train","done":1,"loss":"NaN"}""", """{"stage":"train","done":2,"loss":"NaN"}""");

        Assert.Contains("No finite value: 2 are infinite or no number.", Html(RunReport.Read(_run.Folder)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ATornLineAndRubbish_NotesBoth()
    {
        _run.Stage("train").Save();
        _run.Write("metrics.jsonl", $"{SampleRun.Step(1, 3)}\nrubbish\n[1]\n{{\"stage\":7,\"done\":1}}\n{new string(' ', 2_000_000)}\n{SampleRun.Step(2, 2)}\n{SampleRun.Step(3, 1)[..40]}");

        RunReport report = RunReport.Read(_run.Folder);

        Assert.Equal([3.0, 2.0], report.Stages[0].Find("loss")!.Points.Select(point => point.Mean));
        Assert.Contains(report.Notes, note => note.Contains("4 lines could not be read", StringComparison.Ordinal) && note.Contains("line 2", StringComparison.Ordinal));
        Assert.Contains(report.Notes, note => note.Contains("the last line is incomplete", StringComparison.Ordinal));
        Assert.Contains("4 lines could not be read", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnEmptyRun_HasAPage()
    {
        _run.Stage("train", StageStatus.Pending).Save();

        RunReport report = RunReport.Read(_run.Folder);

        Assert.Equal(RunState.NotStarted, report.State);
        Assert.Empty(report.Figures);
        Assert.Contains("No stage has begun.", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedFilesOfStages_NotesEach()
    {
        _run.Stage("train").Stage("after").Stage("../../../etc").Save();
        _run.Write("stages/train/training.json", "{\"steps\": ");
        _run.Write("stages/train/data-report.json", "[]");
        _run.Write("stages/after/evaluation.json", "{}");
        _run.Write("stages/after/answers.jsonl", "{\"id\":\"1\"}\n");
        _run.Write("recipe.resolved.yaml", "a: [");

        RunReport report = RunReport.Read(_run.Folder);

        foreach (string part in (string[])["train/training.json cannot be read", "train/data-report.json cannot be read", "after/evaluation.json cannot be read", "after/answers.jsonl", "recipe.resolved.yaml cannot be read", "no name that a folder can have"])
        {
            Assert.Contains(report.Notes, note => note.Contains(part, StringComparison.Ordinal));
        }

        Assert.NotEmpty(Html(report));
    }

    [Fact]
    public void Read_WhatIsNoRun_IsAnError()
    {
        string file = _run.Write("a-file", "");

        Assert.Contains("this is a file", Assert.Throws<RunFolderException>(() => RunReport.Read(file)).Message, StringComparison.Ordinal);
        Assert.Throws<RunFolderException>(() => RunReport.Read(_run.Folder)); // no manifest
        _run.Write("manifest.json", "{\"format\": 1, ");
        Assert.Contains("damaged", Assert.Throws<RunFolderException>(() => RunReport.Read(_run.Folder)).Message, StringComparison.Ordinal);
        _run.Write("manifest.json", "null");
        Assert.Throws<RunFolderException>(() => RunReport.Read(_run.Folder));
    }

    [Fact]
    public void Data_WithLengths_IsDrawnAndListed()
    {
        var report = new DataReport([new SourceReport { Source = "chat.jsonl", Format = "messages", RowsRead = 5, Examples = 5, Tokens = 52, TrainedTokens = 20 }])
        {
            Lengths = LengthStatistics.Of([3, 4, 5, 10, 30], trainedTokens: 20, maxIntervals: 3),
        };
        _run.Stage("train").Save();
        _run.Write("stages/train/data-report.json", Encoding.UTF8.GetString(report.ToJson()));

        RunReport read = RunReport.Read(_run.Folder);

        Assert.Equal(report.Lengths.Histogram, read.Stages[0].Data!.Lengths!.Histogram);
        string html = Html(read);
        Assert.Contains("<title>1 to 10 tokens: 4 examples</title>", html, StringComparison.Ordinal);
        Assert.Contains("<title>21 to 30 tokens: 1 example</title>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("11 to 20 tokens", html, StringComparison.Ordinal); // no bar for nothing
        Assert.Contains("shortest 3, median 5, mean 10.4, 90 % at most 30, 99 % at most 30, longest 30", html, StringComparison.Ordinal);
        Assert.Contains("| 1 to 10 | 4 |\n| 11 to 20 | 0 |\n| 21 to 30 | 1 |\n", Markdown(read), StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_OfTwoAttempts_AreListedOnceWithTheirNumber()
    {
        _run.Stage("train").Save();
        _run.Write("warnings.jsonl", """
            {"time":"2026-01-02T03:05:00Z","stage":"train","message":"3 rows left out"}
            {"time":"2026-01-02T03:05:00Z","stage":null,"message":"manifest was repaired"}
            {"time":"2026-01-02T03:06:00Z","stage":"train","message":"3 rows left out"}

            """);

        RunReport report = RunReport.Read(_run.Folder);

        Assert.Equal([new RecordedWarning("train", "3 rows left out", 2), new RecordedWarning(null, "manifest was repaired", 1)], report.Warnings);
        Assert.Contains("train: 3 rows left out (2 times)", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TheSameFolder_GivesTheSameBytesAndParsableJson()
    {
        _run.Stage("train").Save().Metrics(SampleRun.Step(1, 3), SampleRun.Step(2, 2));

        string page = ReportFiles.Write(RunReport.Read(_run.Folder), _run.Folder, new PhysicalFileSystem());
        byte[] first = File.ReadAllBytes(page);
        ReportFiles.Write(RunReport.Read(_run.Folder), _run.Folder, new PhysicalFileSystem());

        Assert.Equal(first, File.ReadAllBytes(page));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_run.Folder, "report.json")));
        Assert.Equal("done", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("stages")[0].GetProperty("series")[0].GetProperty("points").GetArrayLength());
        Assert.StartsWith("# demo: done", File.ReadAllText(Path.Combine(_run.Folder, "report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_OfEvaluations_HasExamplesUnderTheirHeading()
    {
        _run.Stage("before").Stage("after").Save();
        _run.Answers("before", ("1", 0, "x"), ("2", 1, "12")).Answers("after", ("1", 1, "y"), ("2", 1, "12"));

        string[] lines = Encoding.UTF8.GetString(ReportFiles.Render(RunReport.Read(_run.Folder), ReportFormat.Markdown)).Split('\n');

        Assert.True(Array.IndexOf(lines, "## Evaluations") is >= 0 and var evaluations && Array.IndexOf(lines, "## Examples") is var examples && examples > evaluations && Array.IndexOf(lines, "### Question 1: gained") > examples);
    }

    private static string Html(RunReport report) => Encoding.UTF8.GetString(ReportFiles.Render(report, ReportFormat.Html));

    private static string Markdown(RunReport report) => Encoding.UTF8.GetString(ReportFiles.Render(report, ReportFormat.Markdown));
}
