using Hone.Cli.Rendering;
using Hone.Core.Progress;
using Spectre.Console;

namespace Hone.Cli.Tests;

public sealed class ProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // A long stage with a step every three seconds, a short one, a warning and a failure.
    private static List<ProgressEvent> Events()
    {
        List<ProgressEvent> events =
        [
            new RunStarted(Start, "runs/x", ["train", "score"]),
            new WarningRaised(Start, "metrics.jsonl ended in an incomplete line; 7 bytes were cut off"),
            new StageSkipped(Start, "data", 1, 3, 2),
            new StageStarted(Start, "train", 2, 3),
        ];
        for (int i = 1; i <= 40; i++)
        {
            events.Add(new StepCompleted(Start.AddSeconds(3 * i), "train", i * 300, 12_000, "tokens", new Dictionary<string, double> { ["loss"] = 2.0 / i }));
        }

        events.Add(new StageCompleted(Start.AddSeconds(121), "train", TimeSpan.FromSeconds(121), new Dictionary<string, double> { ["tokens"] = 12_000 }, ["stages/train/model.bin"]));
        events.Add(new StageStarted(Start.AddSeconds(121), "score", 3, 3));
        events.Add(new StepCompleted(Start.AddSeconds(131), "score", 5, null, "samples", new Dictionary<string, double> { ["accuracy"] = double.NaN }));
        events.Add(new StageFailed(Start.AddSeconds(132), "score", "A row is not JSON."));
        events.Add(new RunCancelled(Start.AddSeconds(132), "runs/x", "score"));
        events.Add(new RunCompleted(Start.AddSeconds(4000), "runs/x", TimeSpan.FromSeconds(4000)));
        return events;
    }

    [Fact]
    public void PlainProgress_WholeRun_IsAsReviewed()
    {
        using StringWriter writer = new() { NewLine = "\n" };
        var plain = new PlainProgress(writer);

        Events().ForEach(plain.Report);

        Verified.Matches("progress-plain", writer.ToString());
    }

    [Fact]
    public void JsonProgress_WholeRun_IsAsReviewed()
    {
        using StringWriter writer = new() { NewLine = "\n" };
        var json = new JsonProgress(writer);

        Events().Where(e => e is not StepCompleted { Stage: "train", Done: > 300 }).ToList().ForEach(json.Report);

        Verified.Matches("progress-json", writer.ToString());
    }

    [Fact]
    public void LiveProgress_WholeRun_DrawsEachStageWithItsLastState()
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new FixedWidthOutput(writer) });

        new LiveProgress(console).Show(sink => Events().Where(e => e is not (StageSkipped or RunCancelled)).ToList().ForEach(sink.Report));

        string[] words = ["runs/x", "train", "done", "tokens 12,000", "2:01", "score", "failed", "A row is not JSON.", "warning: metrics.jsonl ended"];
        Assert.All(words, word => Assert.Contains(word, writer.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void LiveProgress_DuringTraining_ShowsTheLatestFiguresAndWarnings()
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new FixedWidthOutput(writer) });

        Assert.Throws<InvalidDataException>(() => new LiveProgress(console).Show(sink =>
        {
            sink.Report(new RunStarted(Start, "runs/x", ["train"]));
            sink.Report(new StageStarted(Start, "train", 1, 1));
            sink.Report(new WarningRaised(Start, "3 rows left out"));
            sink.Report(new StepCompleted(Start.AddSeconds(1), "train", 0, 10, "steps", new Dictionary<string, double> { ["validation_loss"] = 2.5, ["validation_label_tokens"] = 7 }));
            sink.Report(new StepCompleted(Start.AddSeconds(2), "train", 1, 10, "steps", new Dictionary<string, double>
            {
                ["loss"] = 1.23456, ["learning_rate"] = 0.0002, ["tokens_per_second"] = 1812.4, ["memory_mib"] = 910, ["epoch"] = 0.5, ["tokens"] = 99, ["of_mine"] = 7,
            }));
            throw new InvalidDataException("stop here: the last picture stays");
        }));

        Assert.Contains("loss 1.2346, validation loss 2.5, 1,812 tokens/s, 910 MiB, learning rate 2e-4, epoch 0.50, of_mine 7", writer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("99", writer.ToString(), StringComparison.Ordinal);
        Assert.True(writer.ToString().Split("warning: 3 rows left out").Length > 2); // below the table and at the end
    }

    [Fact]
    public void LiveProgress_RunThatFails_StillShowsWarningsAndTheError()
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new FixedWidthOutput(writer) });

        Assert.Throws<InvalidDataException>(() => new LiveProgress(console).Show(sink =>
        {
            sink.Report(new WarningRaised(Start, "careful"));
            throw new InvalidDataException("broken");
        }));

        Assert.Contains("warning: careful", writer.ToString(), StringComparison.Ordinal);
    }

    private sealed class FixedWidthOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => 120;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
