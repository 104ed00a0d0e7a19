namespace Hone.Pipelines.Reports;

/// <summary>Which of a stage's figures are drawn together.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="Series">Its lines.</param>
/// <param name="FromZero">Whether its vertical axis begins at zero.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<ChartSeries> Series, bool FromZero)
{
    private static readonly (string Title, bool FromZero, (string Metric, string Label)[] Lines)[] s_known =
    [
        ("Loss", false, [("loss", "training"), ("validation_loss", "validation")]),
        ("Learning rate", true, [("learning_rate", "learning rate")]),
        ("Gradient norm before clipping", true, [("grad_norm", "gradient norm")]),
        ("Throughput in tokens/s", true, [("tokens_per_second", "tokens/s")]),
        ("Memory of the process in MiB", true, [("memory_mib", "MiB")]),
    ];

    private static readonly string[] s_notDrawn = ["epoch", "tokens", "label_tokens", "validation_label_tokens"]; // counts behind the others

    /// <summary>Chooses the charts of a stage.</summary>
    public static IEnumerable<ReportChart> Of(StageReport stage)
    {
        foreach ((string title, bool fromZero, (string Metric, string Label)[] lines) in s_known)
        {
            ChartSeries[] series = [.. lines.Where(line => stage.Find(line.Metric) is not null).Select(line => new ChartSeries(line.Label, stage.Find(line.Metric)!))]; // Where saw it
            if (series.Length > 0)
            {
                yield return new ReportChart(title, series, fromZero);
            }
        }

        foreach (MetricSeries other in stage.Series.Where(series => !s_notDrawn.Contains(series.Name) && !s_known.Any(known => known.Lines.Any(line => line.Metric == series.Name))))
        {
            yield return new ReportChart(FigureText.Words(other.Name), [new ChartSeries(FigureText.Words(other.Name), other)], FromZero: false);
        }
    }
}
