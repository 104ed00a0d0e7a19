namespace Hone.Core.Progress;

/// <summary>Receives the events of a run in order: a terminal display, a log, a JSON stream, a test.</summary>
public interface IProgressSink
{
    /// <summary>Takes one event; called from one thread at a time.</summary>
    void Report(ProgressEvent progress);
}
