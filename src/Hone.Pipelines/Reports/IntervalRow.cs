namespace Hone.Pipelines.Reports;

/// <summary>One line of a chart of intervals.</summary>
/// <param name="Label">What was measured.</param>
/// <param name="Value">The measured share.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Text">The figures in words.</param>
internal sealed record IntervalRow(string Label, double Value, double Low, double High, string Text);
