using Hone.Data.Datasets;
using Hone.Training;

namespace Hone.Pipelines.Reports;

/// <summary>Writes what stages reported over their steps: curves, results, and what became of the training data.</summary>
internal sealed class TrainingHtml(HtmlText html, RunReport report)
{
    /// <summary>Whether a stage has anything to show here.</summary>
    public static bool IsShown(StageReport stage) =>
        ReportFigures.IsTraining(stage) || stage.Data is not null || stage.Series.Any(series => series.Count + series.NonFinite > 1);

    public void Write()
    {
        for (int i = 0; i < report.Stages.Count; i++)
        {
            if (IsShown(report.Stages[i]))
            {
                Write(report.Stages[i], i);
            }
        }
    }

    private void Write(StageReport stage, int number)
    {
        html.Add($"<h2 id=\"stage-{(long)number}\">{(ReportFigures.IsTraining(stage) ? "Training" : "Figures")}: {stage.Name}</h2>\n");
        if (stage.Series.Count > 0)
        {
            html.Add($"<div class=\"charts\">\n");
            foreach (ReportChart chart in ReportChart.Of(stage))
            {
                LineChart.Write(html, chart.Title, chart.Series, chart.FromZero);
            }

            html.Add($"</div>\n");
        }

        if (stage.Training is { } result)
        {
            WriteResult(result);
        }

        if (stage.Data is { } data)
        {
            WriteData(stage.Name, data);
        }
    }

    private void WriteResult(TrainingResult result)
    {
        html.Add($"<p>{result.Steps} steps, {result.Tokens} tokens, {result.Targets} of them trained");
        if (result.FinalEvaluation is { } final)
        {
            html.Add($"; the result is the model of step {result.ResultStep} with a validation loss of {FigureText.Number(final)}");
        }

        html.Add($".{(result.StoppedEarly ? " Stopped early: the validation loss had stopped falling." : "")}</p>\n");
    }

    private void WriteData(string stage, DataReport data)
    {
        html.Add($"<h3>Data of {stage}</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Data of {stage}\"><table>\n<caption>What became of every row.</caption>\n<thead><tr><th scope=\"col\">source</th><th scope=\"col\">format</th>");
        foreach (string column in (ReadOnlySpan<string>)["rows", "examples", "tokens", "tokens an example", "trained", "left out", "cut"])
        {
            html.Add($"<th scope=\"col\" class=\"number\">{column}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (SourceReport source in data.Sources)
        {
            string share = source.Tokens == 0 ? "" : $" ({FigureText.Percent(source.TrainedTokens / (double)source.Tokens)})";
            string mean = source.Examples == 0 ? "" : FigureText.Number(source.Tokens / (double)source.Examples);
            html.Add($"<tr><th scope=\"row\">{source.Source}</th><td>{source.Format}</td><td class=\"number\">{source.RowsRead}</td><td class=\"number\">{source.Examples}</td><td class=\"number\">{source.Tokens}</td>");
            html.Add($"<td class=\"number\">{mean}</td><td class=\"number\">{source.TrainedTokens}{share}</td><td class=\"number\">{source.Dropped.Sum(dropped => dropped.Count)}</td><td class=\"number\">{source.Truncated}</td></tr>\n");
        }

        html.Add($"</tbody>\n</table></div>\n");
        if (data.Lengths is { } lengths)
        {
            HistogramChart.Write(html, "Tokens an example", lengths);
        }

        IReadOnlyList<string> warnings = data.CreateWarnings();
        if (warnings.Count > 0)
        {
            html.Add($"<ul class=\"plain\">\n");
            foreach (string warning in warnings)
            {
                html.Add($"<li dir=\"auto\">{warning}</li>\n");
            }

            html.Add($"</ul>\n");
        }
    }
}
