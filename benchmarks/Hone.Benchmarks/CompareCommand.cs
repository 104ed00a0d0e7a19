using System.Globalization;
using Hone.Core.Errors;
using Hone.Core.Registry;
using Hone.Tensors.Benchmarking;

namespace Hone.Benchmarks;

/// <summary><c>compare NAME [--quick] [--json]</c>: rows on standard output, everything else on standard error.</summary>
/// <param name="output">For rows.</param>
/// <param name="messages">For progress and errors.</param>
/// <param name="time">Gives results their date.</param>
internal sealed class CompareCommand(TextWriter output, TextWriter messages, TimeProvider time)
{
    // --quick promises an answer within 45 s on two cores; one slow row may still follow this limit.
    private static readonly TimeSpan s_quickLimit = TimeSpan.FromSeconds(34);

    private const int Done = 0, Failed = 1, WrongUsage = 2, Cancelled = 130;

    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        string[] names = [.. arguments.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal))];
        string? unknown = arguments.FirstOrDefault(argument => argument.StartsWith("--", StringComparison.Ordinal) && argument is not ("--quick" or "--json"));
        if (names.Length != 1 || unknown is not null)
        {
            messages.WriteLine(unknown is null ? "error: compare takes one name." : $"error: compare has no option '{unknown}'.");
            messages.WriteLine("usage: benchmarks/compare NAME [--quick] [--json]");
            messages.WriteLine($"names: {string.Join(", ", Comparison.Names)}");
            return WrongUsage;
        }

        if (Comparison.Find(names[0]) is not { } comparison)
        {
            string near = string.Join(", ", NearestNames.Rank(names[0], Comparison.Names).Select(name => $"'{name}'"));
            messages.WriteLine($"error: no comparison is called '{names[0]}'. Nearest: {near}.");
            messages.WriteLine($"names: {string.Join(", ", Comparison.Names)}");
            return WrongUsage;
        }

        try
        {
            Measure(names[0], comparison, arguments.Contains("--quick"), arguments.Contains("--json"), cancellation);
            return Done;
        }
        catch (HoneException exception)
        {
            messages.WriteLine($"error: {exception.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            messages.WriteLine("cancelled; nothing was saved.");
            return Cancelled;
        }
    }

    private void Measure(string name, Comparison comparison, bool quick, bool json, CancellationToken cancellation)
    {
        messages.WriteLine(comparison.Describe());
        long start = time.GetTimestamp();
        var rows = new List<BenchmarkRow>();
        if (!json)
        {
            output.WriteLine($"{"case",-44} {"thr",3} {"hone",9} {"peer",9} {"unit",-7} {"ratio",6} {"peak %",6}");
        }

        foreach (BenchmarkRow row in comparison.Run(quick ? BenchmarkSettings.Brief : BenchmarkSettings.Full, cancellation))
        {
            rows.Add(row);
            output.WriteLine(json ? ResultFile.Line(row) : Format(row));
            output.Flush();
            if (quick && time.GetElapsedTime(start) > s_quickLimit)
            {
                messages.WriteLine($"stopped at the time limit of --quick after {rows.Count} rows; the machine is busy or slow. Run without --quick for all.");
                break;
            }
        }

        double mean = Math.Exp(rows.Where(row => row.Ratio > 0).Select(row => Math.Log(row.Ratio)).DefaultIfEmpty(0).Average());
        double least = rows.Where(row => row.Ratio > 0).Select(row => row.Ratio).DefaultIfEmpty(0).Min();
        messages.WriteLine($"{rows.Count} rows, ratio: geometric mean {mean.ToString("F3", CultureInfo.InvariantCulture)}, least {least.ToString("F3", CultureInfo.InvariantCulture)}");
        if (!quick)
        {
            messages.WriteLine($"saved {new ResultFile(name, comparison.Describe(), time.GetUtcNow()).Save(rows)}");
        }
    }

    private static string Format(BenchmarkRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Case,-44} {row.Threads,3} {row.Hone,9:F1} {row.PeerValue,9:F1} {row.Unit,-7} {row.Ratio,6:F2} {100 * row.PeakFraction,6:F1}");
}
