using Hone.Core.Progress;
using Spectre.Console;

namespace Hone.Cli.Rendering;

/// <summary>Draws a run as a live table on a terminal: one row a stage, with rate and remaining time; below it the latest figures of the stage and the latest warnings.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressSink
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(100); // faster than anyone reads, slow enough to cost nothing

    private const int ShownWarnings = 3; // all of them are printed at the end

    private readonly Table _table = new Table().Border(TableBorder.Simple).AddColumns("stage", "state", "done", "rate", "left");
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, double> _figures = new(StringComparer.Ordinal);
    private RateEstimator _rate = new(default);
    private DateTimeOffset _lastRefresh;
    private LiveDisplayContext? _context;

    /// <summary>Creates a console over a terminal's writer.</summary>
    public static IAnsiConsole CreateConsole(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

    /// <summary>Draws the table while a run is executed.</summary>
    /// <param name="run">Executes the run, reporting to this sink.</param>
    public void Show(Action<IProgressSink> run)
    {
        try
        {
            console.Live(_table).Start(context =>
            {
                _context = context;
                run(this);
            });
        }
        finally
        {
            _context = null;
            foreach (string warning in _warnings)
            {
                console.WriteLine($"warning: {warning}");
            }
        }
    }

    /// <inheritdoc/>
    public void Report(ProgressEvent progress)
    {
        switch (progress)
        {
            case RunStarted run:
                Begin(run);
                break;
            case StageStarted stage:
                _rate = new RateEstimator(stage.Time);
                _figures.Clear();
                Set(stage.Stage, "running", "", "", "");
                break;
            case StageSkipped stage:
                Set(stage.Stage, "already done", $"{stage.Artifacts} files verified", "", "");
                break;
            case StepCompleted step:
                _rate.Add(step);
                foreach ((string name, double value) in step.Metrics)
                {
                    _figures[name] = value; // an evaluation's figures stay in sight during the steps after it
                }

                Set(step.Stage, "running", ProgressText.Done(step), ProgressText.Rate(_rate, step.Unit), ProgressText.Remaining(_rate, step.Total));
                break;
            case StageCompleted stage:
                _figures.Clear();
                Set(stage.Stage, "done", ProgressText.Counts(stage.Counts), "", ProgressText.Duration(stage.Duration));
                break;
            case StageFailed stage:
                Set(stage.Stage, "failed", stage.Error, "", "");
                break;
            case RunCancelled run:
                Set(run.Stage, "cancelled", "", "", "");
                break;
            case WarningRaised warning:
                _warnings.Add(warning.Message);
                break;
        }

        Refresh(progress);
    }

    private void Begin(RunStarted run)
    {
        _table.Title = new TableTitle(Markup.Escape(run.Folder));
        foreach (string stage in run.Stages)
        {
            _rows.Add(stage, _table.Rows.Count);
            _table.AddRow(new Text(stage), new Text("waiting"), Text.Empty, Text.Empty, Text.Empty);
        }
    }

    private void Set(string stage, params ReadOnlySpan<string> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            _table.UpdateCell(_rows[stage], i + 1, new Text(cells[i]));
        }
    }

    private void Refresh(ProgressEvent progress)
    {
        if (progress is StepCompleted && progress.Time - _lastRefresh < RefreshInterval)
        {
            return;
        }

        _lastRefresh = progress.Time;
        _context?.UpdateTarget(CreatePicture());
    }

    /// <summary>The figures stand below the table, not in it: they may be as wide as the terminal.</summary>
    private Rows CreatePicture()
    {
        IEnumerable<string> lines = _warnings.TakeLast(ShownWarnings).Select(warning => $"warning: {warning}").Prepend(ProgressText.Figures(_figures));
        return new Rows([_table, .. lines.Where(line => line.Length > 0).Select(line => new Text(line))]);
    }
}
