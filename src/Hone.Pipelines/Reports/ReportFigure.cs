namespace Hone.Pipelines.Reports;

/// <summary>One of the few figures that a reader looks for first.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The figure with its unit.</param>
/// <param name="Detail">What it rests on; empty where there is nothing to add.</param>
public sealed record ReportFigure(string Label, string Value, string Detail);
