using System.Text;

namespace Hone.Pipelines.Reports;

/// <summary>Writes a report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.</summary>
internal sealed class ReportHtml
{
    private static readonly Lazy<string> s_style = new(() => ReadResource("report.css"));

    private readonly HtmlText _html = new();
    private readonly RunReport _report;

    private ReportHtml(RunReport report)
    {
        _report = report;
    }

    /// <summary>Writes the page.</summary>
    public static string Write(RunReport report)
    {
        var page = new ReportHtml(report);
        page.WriteHead();
        page.WriteHeader();
        page._html.Add($"<main id=\"content\">\n");
        page.WriteFigures();
        var evaluations = new EvaluationHtml(page._html, report);
        evaluations.WriteResults();
        new TrainingHtml(page._html, report).Write();
        evaluations.WriteExamples();
        page.WriteWarnings();
        page.WriteConfiguration();
        new LineageHtml(page._html, report).Write();
        page._html.Add($"</main>\n<footer>Made by hone report from the folder of the run {report.Run}; report.json beside this page has the same figures for machines.</footer>\n</body>\n</html>\n");
        return page._html.ToString();
    }

    private void WriteHead()
    {
        _html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        _html.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{_report.Name}: report of a run</title>\n<style>\n");
        _html.AddLiteral(s_style.Value); // this program's own file
        _html.Add($"</style>\n</head>\n<body>\n");
    }

    private void WriteHeader()
    {
        _html.Add($"<header>\n<h1><bdi>{_report.Name}</bdi> ");
        WriteState();
        _html.Add($"</h1>\n<p class=\"muted\">Run <code>{_report.Run}</code>, begun {FigureText.Time(_report.Created)}, {FigureText.Duration(_report.Duration)} in its stages, seed {_report.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}. ");
        _html.Add($"hone {_report.Program.ToString()} on {_report.Machine.System}, {_report.Machine.Architecture}, {_report.Machine.Processors} processors, {FigureText.Bytes(_report.Machine.MemoryBytes)} of memory, {_report.Machine.Runtime}.</p>\n");
        if (_report.StateText.Length > 0)
        {
            bool isBad = _report.State is RunState.Failed;
            _html.AddLiteral(isBad ? "<div class=\"notice bad\">" : "<div class=\"notice\">");
            _html.Add($"<p>{_report.StateText} What follows is as far as it got.</p>");
            if (_report.State != RunState.Running)
            {
                _html.Add($"<p>It goes on with <code>hone run --resume {_report.Run}</code></p>");
            }

            _html.Add($"</div>\n");
        }

        foreach (string note in _report.Notes)
        {
            _html.Add($"<div class=\"notice\"><p>{note}</p></div>\n");
        }

        WriteContents();
        _html.Add($"</header>\n");
    }

    private void WriteState()
    {
        string kind = _report.State switch { RunState.Done => "good", RunState.Failed => "bad", _ => "open" };
        _html.Add($"<span class=\"state {kind}\">{ReportText.State(_report.State)}</span>");
    }

    private void WriteContents()
    {
        _html.Add($"<nav aria-label=\"Contents\"><ul>\n");
        Link("evaluations", "Evaluations", _report.Stages.Any(stage => stage.Evaluation is not null));
        foreach ((StageReport stage, int number) in _report.Stages.Select((stage, number) => (stage, number)).Where(pair => TrainingHtml.IsShown(pair.stage)))
        {
            Link($"stage-{number}", ReportFigures.IsTraining(stage) ? $"Training: {stage.Name}" : $"Figures: {stage.Name}", true);
        }

        Link("examples", "Examples", _report.Stages.Any(stage => stage.Evaluation is { Answers: > 0 }));
        Link("warnings", "Warnings", _report.Warnings.Count > 0);
        Link("configuration", "Configuration", true);
        Link("lineage", "Lineage", true);
        _html.Add($"</ul></nav>\n");

        void Link(string id, string text, bool isThere)
        {
            if (isThere)
            {
                _html.Add($"<li><a href=\"#{id}\">{text}</a></li>\n");
            }
        }
    }

    private void WriteFigures()
    {
        if (_report.Figures.Count == 0)
        {
            return;
        }

        _html.Add($"<dl class=\"figures\" aria-label=\"Key figures\">\n");
        foreach (ReportFigure figure in _report.Figures)
        {
            _html.Add($"<div class=\"card\"><dt>{figure.Label}</dt><dd class=\"value\">{figure.Value}</dd>");
            if (figure.Detail.Length > 0)
            {
                _html.Add($"<dd class=\"detail\">{figure.Detail}</dd>");
            }

            _html.Add($"</div>\n");
        }

        _html.Add($"</dl>\n");
    }

    private void WriteWarnings()
    {
        if (_report.Warnings.Count == 0)
        {
            return;
        }

        _html.Add($"<h2 id=\"warnings\">Warnings</h2>\n<ul class=\"plain\">\n");
        foreach (RecordedWarning warning in _report.Warnings)
        {
            _html.Add($"<li dir=\"auto\">{ReportText.Warning(warning)}</li>\n");
        }

        _html.Add($"</ul>\n");
    }

    private void WriteConfiguration()
    {
        _html.Add($"<h2 id=\"configuration\">Configuration</h2>\n");
        if (_report.Recipe is null)
        {
            _html.Add($"<p>The resolved recipe is missing.</p>\n");
            return;
        }

        _html.Add($"<p>Every value of the recipe, defaults included, as the run used it.</p>\n<pre class=\"recipe\" dir=\"auto\" tabindex=\"0\">{_report.Recipe}</pre>\n");
    }

    private static string ReadResource(string name)
    {
        using Stream stream = typeof(ReportHtml).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
