using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Hone.Fuzzing;

/// <summary>Runs a target in a child process under limits of time and memory, and goes on behind an input that killed it.</summary>
/// <param name="output">For the table.</param>
/// <param name="messages">For failures.</param>
internal sealed class FuzzParent(TextWriter output, TextWriter messages)
{
    private const string HeapLimit = "30000000"; // hexadecimal: 768 MiB of managed memory
    private const long MemoryLimit = 1536L << 20; // resident, mapped files included
    private const int MaxFailuresShown = 20;

    private static readonly TimeSpan s_inputLimit = TimeSpan.FromSeconds(20); // of processor time: others may use the machine
    private static readonly TimeSpan s_waitLimit = TimeSpan.FromMinutes(10);  // an input that waits without computing
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Feeds <paramref name="inputs"/> inputs to a target.</summary>
    /// <returns>Number of inputs that made it crash, hang or use too much memory.</returns>
    public long Run(FuzzTarget target, ulong seed, long inputs)
    {
        string placeFile = Path.Combine(Path.GetTempPath(), $"hone-fuzz-{Environment.ProcessId}");
        long done = 0, accepted = 0, failures = 0, peak = 0, slowestInput = -1;
        double slowest = 0;
        try
        {
            while (done < inputs)
            {
                File.WriteAllBytes(placeFile, BitConverter.GetBytes(done));
                using Process child = Start(target, seed, done, inputs, placeFile);
                Task<string> report = child.StandardOutput.ReadToEndAsync();
                string? ended = Watch(child, placeFile, ref peak);
                foreach (string line in report.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (line.Contains("\"Error\"", StringComparison.Ordinal))
                    {
                        FuzzFailure failure = JsonSerializer.Deserialize<FuzzFailure>(line)!; // the child writes no null
                        Report(target, seed, failure, ++failures);
                    }
                    else
                    {
                        FuzzSummary summary = JsonSerializer.Deserialize<FuzzSummary>(line)!; // the child writes no null
                        accepted += summary.Accepted;
                        (slowest, slowestInput) = summary.SlowestMilliseconds > slowest ? (summary.SlowestMilliseconds, summary.SlowestInput) : (slowest, slowestInput);
                    }
                }

                long place = Place(placeFile);
                if (ended is not null)
                {
                    Report(target, seed, new FuzzFailure(place, ended), ++failures);
                }

                done = ended is null ? inputs : place + 1;
            }
        }
        finally
        {
            File.Delete(placeFile);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name,-16} {inputs,9} inputs {accepted,8} accepted {failures,6} failures   slowest {slowest,7:F1} ms of processor time (input {slowestInput})   peak {peak >> 20,5} MiB"));
        output.Flush();
        return failures;
    }

    private static Process Start(FuzzTarget target, ulong seed, long from, long to, string placeFile)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(FuzzParent).Assembly.Location);
        }

        foreach (string argument in (string[])["--child", target.Name, seed.ToString(CultureInfo.InvariantCulture), from.ToString(CultureInfo.InvariantCulture), to.ToString(CultureInfo.InvariantCulture), placeFile])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        Process child = Process.Start(start) ?? throw new InvalidOperationException("the child process did not start");
        child.ErrorDataReceived += (_, _) => { }; // a stack overflow prints megabytes
        child.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for the end and stops a child that hangs or grows.</summary>
    /// <returns>Why it did not come to its end; <see langword="null"/> when it did.</returns>
    private static string? Watch(Process child, string placeFile, ref long peak)
    {
        long place = -1, since = Stopwatch.GetTimestamp();
        TimeSpan usedBefore = TimeSpan.Zero;
        while (!child.WaitForExit(s_lookInterval))
        {
            if (!TryMeasure(child, out long resident, out TimeSpan used))
            {
                continue;
            }

            peak = Math.Max(peak, resident);
            long now = Place(placeFile);
            if (now != place)
            {
                (place, since, usedBefore) = (now, Stopwatch.GetTimestamp(), used);
            }

            string? reason = resident > MemoryLimit ? $"memory: {resident >> 20} MiB resident"
                : used - usedBefore > s_inputLimit ? $"hang: more than {s_inputLimit.TotalSeconds} s of processor time"
                : Stopwatch.GetElapsedTime(since) > s_waitLimit ? $"hang: longer than {s_waitLimit.TotalMinutes} minutes"
                : null;
            if (reason is not null)
            {
                child.Kill();
                child.WaitForExit();
                return reason;
            }
        }

        return child.ExitCode == 0 ? null : $"crash: the process ended with code {child.ExitCode}";
    }

    /// <summary>Resident memory and processor time of a child, unless it ended meanwhile.</summary>
    private static bool TryMeasure(Process child, out long resident, out TimeSpan used)
    {
        (resident, used) = (0, TimeSpan.Zero);
        try
        {
            child.Refresh();
            (resident, used) = (child.WorkingSet64, child.TotalProcessorTime);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static long Place(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        stream.ReadExactly(bytes);
        return BitConverter.ToInt64(bytes);
    }

    private void Report(FuzzTarget target, ulong seed, FuzzFailure failure, long count)
    {
        if (count <= MaxFailuresShown)
        {
            messages.WriteLine($"{target.Name}: input {failure.Input}: {failure.Error}");
            messages.WriteLine($"  tools/fuzz --target {target.Name} --seed {seed} --write {failure.Input}");
        }
    }
}
