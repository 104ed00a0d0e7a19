using Hone.Models.Checkpoints.Hub;

namespace Hone.Cli.Rendering;

/// <summary>Shows transfers on standard error: one line that moves on a terminal, a line a file otherwise.</summary>
internal sealed class TransferProgress(CliHost host)
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, (long Done, long Size)> _files = [];
    private readonly long _began = host.Time.GetTimestamp();
    private long _drawn;
    private long _present;
    private bool _isLineOpen;

    /// <summary>Takes an event; called one at a time.</summary>
    public void Show(HubProgress progress)
    {
        switch (progress.Event)
        {
            case HubEvent.Retrying:
                WriteLine($"{progress.File}: {progress.Detail}");
                return;
            case HubEvent.Warning:
                WriteLine($"warning: {progress.Detail}");
                return;
            case HubEvent.Started:
                _present += progress.DoneBytes; // left by an earlier attempt
                break;
            case HubEvent.Completed:
                WriteLine($"{progress.File}  {SizeText.Bytes(progress.FileBytes)}");
                break;
        }

        if (progress.Event != HubEvent.Present)
        {
            _files[progress.File] = (progress.DoneBytes, progress.FileBytes);
            Draw();
        }
    }

    /// <summary>Ends the moving line.</summary>
    public void Finish() => Clear();

    private void Draw()
    {
        if (!host.IsErrorTerminal || (_isLineOpen && host.Time.GetElapsedTime(_drawn) < s_redraw))
        {
            return;
        }

        _drawn = host.Time.GetTimestamp();
        long done = _files.Values.Sum(file => file.Done);
        long size = _files.Values.Sum(file => file.Size);
        double seconds = Math.Max(host.Time.GetElapsedTime(_began).TotalSeconds, 0.001);
        host.Error.Write($"\r\e[K{SizeText.Bytes(done)} of {SizeText.Bytes(size)}  {SizeText.Bytes((long)((done - _present) / seconds))}/s");
        _isLineOpen = true;
    }

    private void WriteLine(string text)
    {
        Clear();
        host.Error.WriteLine(text);
    }

    private void Clear()
    {
        if (_isLineOpen)
        {
            host.Error.Write("\r\e[K");
            _isLineOpen = false;
        }
    }
}
