using Hone.Core.Progress;

namespace Hone.Cli.Rendering;

/// <summary>Writes a run's events as plain lines, for logs and pipes; steps appear at every tenth of a stage but not within a second of each other, and at least every ten seconds.</summary>
internal sealed class PlainProgress(TextWriter writer) : IProgressSink
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);

    private string _label = "";
    private RateEstimator _rate = new(default);
    private DateTimeOffset _lastLine;
    private long _lastTenth;

    /// <inheritdoc/>
    public void Report(ProgressEvent progress)
    {
        string? line = progress switch
        {
            RunStarted run => $"run {run.Folder}: {string.Join(", ", run.Stages)}",
            StageStarted stage => Begin(stage),
            StageSkipped stage => $"[{stage.Index}/{stage.Count}] {stage.Stage}: already done, {stage.Artifacts} {(stage.Artifacts == 1 ? "file" : "files")} verified",
            StepCompleted step => Step(step),
            StageCompleted stage => $"{_label}: done in {ProgressText.Duration(stage.Duration)}; {ProgressText.Counts(stage.Counts)}",
            StageFailed stage => $"{_label}: failed: {stage.Error}",
            RunCompleted run => $"run done in {ProgressText.Duration(run.Duration)}",
            RunCancelled run => $"run cancelled in stage {run.Stage}",
            WarningRaised warning => $"warning: {warning.Message}",
            _ => null,
        };
        if (line is not null)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    private string Begin(StageStarted stage)
    {
        _label = $"[{stage.Index}/{stage.Count}] {stage.Stage}";
        _rate = new RateEstimator(stage.Time);
        _lastLine = stage.Time;
        _lastTenth = 0;
        return $"{_label}: started";
    }

    private string? Step(StepCompleted step)
    {
        _rate.Add(step);
        long tenth = step.Total is > 0 and { } total ? 10 * step.Done / total : 0;
        if (step.Time - _lastLine < (tenth == _lastTenth ? LongestInterval : ShortestInterval))
        {
            return null;
        }

        _lastTenth = tenth;
        _lastLine = step.Time;
        string left = ProgressText.Remaining(_rate, step.Total);
        string[] parts = [ProgressText.Done(step), ProgressText.Rate(_rate, step.Unit), left.Length > 0 ? $"{left} left" : "", ProgressText.Figures(step.Metrics)];
        return $"{_label}: {string.Join(", ", parts.Where(part => part.Length > 0))}";
    }
}
