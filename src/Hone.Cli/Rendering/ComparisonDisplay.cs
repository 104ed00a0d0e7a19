using Hone.Evaluation.Pairing;
using Hone.Evaluation.Statistics;
using Hone.Pipelines.Reports;

namespace Hone.Cli.Rendering;

/// <summary>Prints a comparison of two runs for people.</summary>
internal static class ComparisonDisplay
{
    private const int MaxCharacters = 160;

    /// <summary>Writes the evaluations, then what else differs.</summary>
    public static void Write(RunComparison comparison, TextWriter output)
    {
        foreach (ComparedEvaluation evaluation in comparison.Evaluations)
        {
            WriteEvaluation(evaluation, output);
            output.WriteLine();
        }

        if (comparison.Evaluations.Count == 0)
        {
            output.WriteLine("The runs have no evaluation in common.");
            output.WriteLine();
        }

        WriteTable("recipe", comparison, comparison.Recipe, output);
        WriteTable("figure", comparison, comparison.Figures, output);
    }

    /// <summary>Writes the statistics of two evaluations and some answers that changed.</summary>
    public static void WriteEvaluation(ComparedEvaluation evaluation, TextWriter output)
    {
        PairedComparison comparison = evaluation.Comparison;
        int width = Math.Max(evaluation.First.Length, evaluation.Second.Length);
        output.WriteLine($"{evaluation.First.PadRight(width)}  {Score(comparison, comparison.FirstMean)}");
        output.WriteLine($"{evaluation.Second.PadRight(width)}  {Score(comparison, comparison.SecondMean)}");
        output.WriteLine($"difference: {ComparisonText.Difference(comparison)} ({comparison.Interval})");
        output.WriteLine($"changed: {ComparisonText.Changes(comparison)}");
        foreach (string note in PairingText.Notes(evaluation.Pairing, evaluation.First, evaluation.Second))
        {
            output.WriteLine(note);
        }

        output.WriteLine(evaluation.Verdict);
        WritePairs("gained", evaluation.Pairing.Gained, output);
        WritePairs("lost", evaluation.Pairing.Lost, output);
    }

    private static string Score(PairedComparison comparison, double mean)
    {
        if (!comparison.IsProportion)
        {
            return $"{mean:0.####} on average of {comparison.Count:N0}";
        }

        long right = (long)Math.Round(mean * comparison.Count);
        ProportionInterval interval = ProportionInterval.Wilson(right, comparison.Count);
        return $"{100 * mean:0.0} % ({right:N0} of {comparison.Count:N0}, 95 % interval {100 * interval.Low:0.0} % to {100 * interval.High:0.0} %)";
    }

    private static void WritePairs(string kind, IReadOnlyList<AnswerPair> pairs, TextWriter output)
    {
        foreach (AnswerPair pair in pairs)
        {
            output.WriteLine($"  {kind} {OneLine(pair.First.Id)}, reference {OneLine(pair.First.Reference)}");
            output.WriteLine($"    - {OneLine(pair.First.Output)}");
            output.WriteLine($"    + {OneLine(pair.Second.Output)}");
        }
    }

    private static void WriteTable(string heading, RunComparison comparison, IReadOnlyList<ComparedValue> values, TextWriter output)
    {
        if (values.Count == 0)
        {
            return;
        }

        string[][] rows = [[heading, comparison.First, comparison.Second], .. values.Select(value => (string[])[OneLine(value.Name), OneLine(value.First ?? "-"), OneLine(value.Second ?? "-")])];
        int name = rows.Max(row => row[0].Length), first = rows.Max(row => row[1].Length);
        foreach (string[] row in rows)
        {
            output.WriteLine($"{row[0].PadRight(name)}  {row[1].PadRight(first)}  {row[2]}");
        }

        output.WriteLine();
    }

    /// <summary>What a model wrote must not steer the terminal.</summary>
    private static string OneLine(string text)
    {
        string line = string.Concat(text.Take(MaxCharacters + 1).Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > MaxCharacters ? $"{line[..MaxCharacters]}…" : line;
    }
}
