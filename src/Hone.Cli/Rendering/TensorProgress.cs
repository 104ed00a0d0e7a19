using Hone.Models.Checkpoints;

namespace Hone.Cli.Rendering;

/// <summary>Tells on standard error how far the writing of a checkpoint is: a line that is rewritten on a terminal, a line every tenth elsewhere.</summary>
/// <param name="host">Where to write, and what time it is.</param>
/// <param name="verb">What is being done, e.g. <c>quantize</c>.</param>
/// <param name="tensors">Everything that will be written.</param>
internal sealed class TensorProgress(CliHost host, string verb, IReadOnlyList<TensorContent> tensors)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly long _total = Math.Max(1, tensors.Sum(tensor => tensor.Shape.ElementCount));
    private readonly long _start = host.Time.GetTimestamp();
    private long _done;
    private long _lastTenth;
    private long _lastDrawn;

    /// <summary>The same contents, which report when they are read and stop when the command is cancelled.</summary>
    public IReadOnlyList<TensorContent> Watched =>
    [
        .. tensors.Select((tensor, index) => tensor with
        {
            Read = () =>
            {
                host.Cancellation.ThrowIfCancellationRequested();
                Report(index);
                _done += tensor.Shape.ElementCount;
                return tensor.Read();
            },
        }),
    ];

    /// <summary>Ends the line on a terminal.</summary>
    public void Finish()
    {
        if (host.IsErrorTerminal)
        {
            host.Error.Write("\r\u001b[K");
            host.Error.Flush();
        }
    }

    private void Report(int index)
    {
        long tenth = 10 * _done / _total;
        string text = $"{verb}: tensor {index + 1} of {tensors.Count}, {100 * _done / _total} %";
        if (host.IsErrorTerminal)
        {
            if (host.Time.GetElapsedTime(_lastDrawn) >= s_interval || index == 0)
            {
                _lastDrawn = host.Time.GetTimestamp();
                host.Error.Write($"\r{text}, {host.Time.GetElapsedTime(_start).TotalSeconds:0} s\u001b[K");
                host.Error.Flush();
            }
        }
        else if (tenth > _lastTenth)
        {
            host.Error.WriteLine(text);
        }

        _lastTenth = tenth;
    }
}
