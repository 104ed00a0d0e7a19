namespace Hone.Core.Progress;

/// <summary>Turns the steps of a stage into a rate and a remaining time.</summary>
/// <remarks>The rate is that of the last <see cref="WindowSteps"/> steps; the remaining time appears after as many, because earlier ones mislead.</remarks>
public sealed class RateEstimator
{
    /// <summary>Number of steps that the rate looks back on, and after which a remaining time is given.</summary>
    public const int WindowSteps = 10;

    private readonly Queue<(DateTimeOffset Time, long Done)> _window = new();
    private (DateTimeOffset Time, long Done) _last;

    /// <summary>Starts measuring.</summary>
    /// <param name="start">When the stage started.</param>
    public RateEstimator(DateTimeOffset start)
    {
        _last = (start, 0);
        _window.Enqueue(_last);
    }

    /// <summary>Units a second; <see langword="null"/> until time has passed.</summary>
    public double? UnitsPerSecond
    {
        get
        {
            (DateTimeOffset time, long done) = _window.Peek();
            double seconds = (_last.Time - time).TotalSeconds;
            return seconds > 0 ? (_last.Done - done) / seconds : null;
        }
    }

    /// <summary>Takes a step in.</summary>
    public void Add(StepCompleted step)
    {
        _last = (step.Time, step.Done);
        _window.Enqueue(_last);
        if (_window.Count > WindowSteps + 1)
        {
            _window.Dequeue();
        }
    }

    /// <summary>Estimates the time that is left.</summary>
    /// <returns><see langword="null"/> before ten steps, without a total, or while nothing moves.</returns>
    public TimeSpan? Remaining(long? total)
    {
        const double maxSeconds = 1e9; // thirty years; beyond it the figure means nothing
        double? seconds = _window.Count > WindowSteps && total is { } all && UnitsPerSecond is > 0 and { } rate ? Math.Max(0, all - _last.Done) / rate : null;
        return seconds is < maxSeconds ? TimeSpan.FromSeconds(seconds.Value) : null;
    }
}
