namespace Hone.Pipelines.Reports;

/// <summary>One line of a chart.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="Series">Its values.</param>
internal sealed record ChartSeries(string Label, MetricSeries Series);
