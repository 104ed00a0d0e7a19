namespace Hone.Core.Progress;

/// <summary>Something that happened in a run; the stream of these is all that a display or a log needs.</summary>
/// <param name="Time">When it happened.</param>
public abstract record ProgressEvent(DateTimeOffset Time)
{
    /// <summary>The event's name in machine-readable output.</summary>
    public abstract string Name { get; }
}
