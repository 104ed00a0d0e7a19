using System.Text.Json;
using Hone.Evaluation;

namespace Hone.Cli.Rendering;

/// <summary>Says what the quickstart's training changed: both results, and some answers of each kind.</summary>
internal static class QuickstartText
{
    private const string Before = "before";
    private const string After = "after";
    private const int Samples = 2;
    private const int MaxLine = 220;

    /// <summary>Writes the summary of a finished run.</summary>
    public static void Write(string folder, CliHost host)
    {
        TextWriter output = host.Out;
        output.WriteLine();
        foreach (string stage in (string[])[Before, After])
        {
            EvaluationSummary summary = EvaluationFiles.ReadSummary(PathOf(folder, stage, EvaluationFiles.SummaryName));
            output.WriteLine($"{stage,-7} {100 * summary.Value,5:0.0} % right   {summary.Right} of {summary.Count}, 95 % interval {100 * summary.Low:0.0} % to {100 * summary.High:0.0} %");
        }

        IReadOnlyList<EvaluationRecord> before = EvaluationFiles.ReadAnswers(PathOf(folder, Before, EvaluationFiles.AnswersName));
        IReadOnlyList<EvaluationRecord> after = EvaluationFiles.ReadAnswers(PathOf(folder, After, EvaluationFiles.AnswersName));
        WriteSamples(output, "right now", before, after, isRight: true);
        WriteSamples(output, "still wrong", before, after, isRight: false);
        output.WriteLine();
        output.WriteLine(folder);
    }

    private static void WriteSamples(TextWriter output, string title, IReadOnlyList<EvaluationRecord> before, IReadOnlyList<EvaluationRecord> after, bool isRight)
    {
        foreach ((EvaluationRecord first, EvaluationRecord second) in before.Zip(after).Where(pair => !pair.First.IsRight() && pair.Second.IsRight() == isRight).Take(Samples))
        {
            output.WriteLine();
            output.WriteLine($"{title}: {Line(Question(second))}");
            output.WriteLine($"  before  {Line(first.Output)}");
            output.WriteLine($"  after   {Line(second.Output)}");
            output.WriteLine($"  {second.Why}");
        }
    }

    private static string Question(EvaluationRecord record) =>
        record.Messages.EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } message && message.TryGetProperty("content", out JsonElement content) ? content.ToString() : "";

    private static string Line(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxLine ? line : line[..MaxLine] + "…";
    }

    private static string PathOf(string folder, string stage, string name) => Path.Combine(folder, "stages", stage, name);
}
