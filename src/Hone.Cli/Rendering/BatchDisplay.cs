using Hone.Inference.Batches;

namespace Hone.Cli.Rendering;

/// <summary>Shows how far a batch has come: a line that is overwritten on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class BatchDisplay(TextWriter writer, bool isTerminal, TimeProvider time)
{
    private const int MinRowsForEstimate = 10; // fewer mislead

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _last = TimeSpan.MinValue;
    private int _width;

    /// <summary>Shows a state, if it is time to.</summary>
    public void Show(BatchProgress progress)
    {
        TimeSpan elapsed = time.GetElapsedTime(_start);
        TimeSpan interval = isTerminal ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
        bool isLast = progress.Done == progress.Rows;
        if (!isLast && _last != TimeSpan.MinValue && elapsed - _last < interval)
        {
            return;
        }

        _last = elapsed;
        string line = Text(progress, elapsed);
        if (isTerminal)
        {
            writer.Write('\r' + line.PadRight(_width));
            _width = line.Length;
        }
        else
        {
            writer.WriteLine(line);
        }

        writer.Flush();
    }

    /// <summary>Ends the display.</summary>
    public void End()
    {
        if (_width > 0)
        {
            writer.WriteLine();
        }
    }

    private static string Text(BatchProgress progress, TimeSpan elapsed)
    {
        int done = progress.Done - progress.Earlier;
        double seconds = elapsed.TotalSeconds;
        string rate = seconds > 0 ? $", {progress.GeneratedTokens / seconds:N0} tokens/s" : "";
        string left = done >= MinRowsForEstimate && progress.Done < progress.Rows ? $", {ProgressText.Duration(TimeSpan.FromSeconds(seconds / done * (progress.Rows - progress.Done)))} left" : "";
        return $"{progress.Done:N0} of {progress.Rows:N0} rows{rate}{left}{(progress.Failed > 0 ? $", {progress.Failed} failed" : "")}";
    }
}
