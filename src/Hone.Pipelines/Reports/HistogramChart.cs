using Hone.Data.Datasets;

namespace Hone.Pipelines.Reports;

/// <summary>Draws how many examples have which length: a bar for each interval.</summary>
internal static class HistogramChart
{
    private const double Width = 420, Height = 200, Left = 54, Right = 12, Top = 14, Bottom = 36, Gap = 1;
    private const double PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private const int CountIntervals = 3, LengthIntervals = 5;

    /// <summary>Draws a chart, with what it shows as a line below it.</summary>
    public static void Write(HtmlText html, string title, LengthStatistics lengths)
    {
        double[] counts = AxisTicks.Enclosing(0, lengths.Histogram.Max(interval => interval.Count), CountIntervals, wholeOnly: true);
        double longest = lengths.Histogram[^1].To;
        html.Add($"<figure class=\"chart histogram\"><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title}: {lengths.Describe()}\">\n<g class=\"grid\">");
        foreach (double count in counts)
        {
            html.Add($"<path d=\"M{Left} {Y(count)}h{PlotWidth}\"/>");
        }

        html.Add($"</g>\n<g class=\"ticks\" text-anchor=\"end\">");
        foreach (double count in counts)
        {
            html.Add($"<text x=\"{Left - 6}\" y=\"{Y(count) + 4}\">{FigureText.Count((long)count)}</text>");
        }

        html.Add($"</g>\n<g class=\"ticks\" text-anchor=\"middle\">");
        foreach (double length in AxisTicks.Within(0, longest, LengthIntervals, wholeOnly: true))
        {
            html.Add($"<path d=\"M{X(length)} {Top + PlotHeight}v4\"/><text x=\"{X(length)}\" y=\"{Top + PlotHeight + 17}\">{FigureText.Count((long)length)}</text>");
        }

        html.Add($"<text x=\"{Left + (PlotWidth / 2)}\" y=\"{Height - 4}\">tokens</text></g>\n<g class=\"bars s0\">");
        foreach (LengthInterval interval in lengths.Histogram.Where(interval => interval.Count > 0))
        {
            double x = X(interval.From - 1), top = Y(interval.Count);
            html.Add($"<rect x=\"{x}\" y=\"{top}\" width=\"{Math.Max(Gap, X(interval.To) - x - Gap)}\" height=\"{Top + PlotHeight - top}\"><title>{FigureText.Count(interval.From)} to {FigureText.Count(interval.To)} tokens: {FigureText.Count(interval.Count)} example{(interval.Count == 1 ? "" : "s")}</title></rect>");
        }

        html.Add($"</g>\n<path class=\"axis\" d=\"M{Left} {Top}v{PlotHeight}h{PlotWidth}\"/>\n</svg>\n<p class=\"legend\">{lengths.Describe()}</p>\n</figure>\n");

        double X(double length) => Left + (length / longest * PlotWidth);
        double Y(double count) => Top + ((counts[^1] - count) / counts[^1] * PlotHeight);
    }
}
