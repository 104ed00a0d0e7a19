using System.Diagnostics;
using System.Globalization;

namespace Hone.Benchmarks;

/// <summary>A program that was run to its end.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Messages">Its standard error.</param>
/// <param name="Seconds">Wall-clock time from start to end.</param>
/// <param name="PeakBytes">Largest resident memory that was seen, file pages included.</param>
internal sealed record ProgramRun(int ExitCode, string Output, string Messages, double Seconds, long PeakBytes)
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(2); // the last reading before the end counts

    /// <summary>Runs a program without a terminal or input.</summary>
    public static ProgramRun Of(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> messages = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(s_pollInterval))
        {
            peak = Math.Max(peak, PeakOf(process.Id));
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output.Result, messages.Result, seconds, peak);
    }

    private static long PeakOf(int process)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                {
                    return 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture); // "VmHWM:   1234 kB"
                }
            }
        }
        catch (IOException)
        {
            // The process has ended between two looks.
        }

        return 0;
    }
}
