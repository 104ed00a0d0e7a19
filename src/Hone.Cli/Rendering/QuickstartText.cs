using System.Text.Json;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;
using Hone.Pipelines.Reports;

namespace Hone.Cli.Rendering;

/// <summary>Says what the quickstart's training changed: both results, whether chance explains the difference, and some answers of each kind.</summary>
internal static class QuickstartText
{
    private const int Samples = 2; // of each kind: the report shows more

    /// <summary>Writes the report of a finished run, and says for people what is in it.</summary>
    public static void Write(string folder, CliHost host)
    {
        RunReport report = RunReport.Read(folder);
        string page = ReportFiles.Write(report, folder, host.Files);
        foreach (string note in report.Notes)
        {
            host.Error.WriteLine($"warning: {note}");
        }

        foreach (EvaluationChange change in report.Changes)
        {
            host.Out.WriteLine();
            ComparisonDisplay.WriteStatistics(new ComparedEvaluation(change.First, change.Second, change.Pairing), host.Out);
            WriteSamples("right now", change.Pairing.Gained, change, host.Out);
            WriteSamples("still wrong", change.Pairing.BothWrong, change, host.Out);
        }

        host.Out.WriteLine();
        host.Out.WriteLine($"run: {folder}");
        host.Out.WriteLine($"report: {page}");
    }

    private static void WriteSamples(string title, IReadOnlyList<AnswerPair> pairs, EvaluationChange change, TextWriter output)
    {
        int width = Math.Max(change.First.Length, change.Second.Length);
        foreach (AnswerPair pair in pairs.Take(Samples))
        {
            output.WriteLine();
            output.WriteLine($"{title}: {ComparisonDisplay.OneLine(Question(pair.Second))}");
            output.WriteLine($"  {change.First.PadRight(width)}  {ComparisonDisplay.OneLine(pair.First.Output)}");
            output.WriteLine($"  {change.Second.PadRight(width)}  {ComparisonDisplay.OneLine(pair.Second.Output)}");
            output.WriteLine($"  {"".PadRight(width)}  {ComparisonDisplay.OneLine(pair.Second.Why)}");
        }
    }

    private static string Question(EvaluationRecord record) =>
        record.Messages.EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } message && message.TryGetProperty("content", out JsonElement content) ? content.ToString() : "";
}
