namespace Hone.Pipelines.Reports;

/// <summary>Draws figures over steps as SVG inside a page: axes with round ticks, a legend, a title for the pointer at each value.</summary>
internal static class LineChart
{
    private const double Width = 420, Height = 236, Left = 54, Right = 12, Top = 14, Bottom = 36;
    private const double PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private const int Intervals = 4, StepIntervals = 5;
    private const int MaxHovers = 120;      // more than a pointer can tell apart
    private const int MaxDots = 40;         // with more values a line without dots is clearer
    private const double HoverRadius = 7;

    /// <summary>Draws a chart.</summary>
    /// <param name="html">Receives it, as a figure with its caption.</param>
    /// <param name="title">What is shown.</param>
    /// <param name="series">The lines; those without values are left out.</param>
    /// <param name="fromZero">Whether the vertical axis begins at zero.</param>
    public static void Write(HtmlText html, string title, IReadOnlyList<ChartSeries> series, bool fromZero)
    {
        ChartSeries[] drawn = [.. series.Where(line => line.Series.Points.Count > 0)];
        long[] broken = [.. series.SelectMany(line => line.Series.NonFiniteSteps).Distinct().Order()];
        if (drawn.Length == 0)
        {
            html.Add($"<figure class=\"chart\"><figcaption>{title}</figcaption><p class=\"muted\">No finite value: {series.Sum(line => line.Series.NonFinite)} are infinite or no number.</p></figure>\n");
            return;
        }

        double first = drawn.Min(line => line.Series.Points[0].FirstStep), last = drawn.Max(line => line.Series.Points[^1].LastStep);
        double[] values = AxisTicks.Enclosing(
            fromZero ? Math.Min(0, drawn.Min(line => line.Series.Points.Min(point => point.Lowest))) : drawn.Min(line => line.Series.Points.Min(point => point.Lowest)),
            drawn.Max(line => line.Series.Points.Max(point => point.Highest)),
            Intervals);
        var scale = new ChartScale(first, Math.Max(last, first + 1), values[0], values[^1], Left, Top, PlotWidth, PlotHeight);
        html.Add($"<figure class=\"chart\"><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Describe(title, drawn)}\">\n");
        WriteAxes(html, scale, values, drawn[0].Series.Unit);
        for (int i = 0; i < drawn.Length; i++)
        {
            WriteLine(html, scale, drawn[i], i);
        }

        foreach (long step in broken.Where(step => step >= first && step <= last))
        {
            html.Add($"<g class=\"broken\"><title>step {step}: no finite value</title><path d=\"M{scale.X(step)} {Top}v{PlotHeight}\"/></g>\n");
        }

        html.Add($"</svg>\n");
        WriteLegend(html, drawn, series.Sum(line => line.Series.NonFinite));
        html.Add($"</figure>\n");
    }

    private static void WriteAxes(HtmlText html, ChartScale scale, double[] values, string unit)
    {
        html.Add($"<g class=\"grid\">");
        foreach (double value in values)
        {
            html.Add($"<path d=\"M{Left} {scale.Y(value)}h{PlotWidth}\"/>");
        }

        html.Add($"</g>\n<g class=\"ticks\" text-anchor=\"end\">");
        foreach (double value in values)
        {
            html.Add($"<text x=\"{Left - 6}\" y=\"{scale.Y(value) + 4}\">{TickText(value, values)}</text>");
        }

        html.Add($"</g>\n<g class=\"ticks\" text-anchor=\"middle\">");
        foreach (double step in AxisTicks.Within(scale.FirstStep, scale.LastStep, StepIntervals, wholeOnly: true))
        {
            html.Add($"<path d=\"M{scale.X(step)} {Top + PlotHeight}v4\"/><text x=\"{scale.X(step)}\" y=\"{Top + PlotHeight + 17}\">{FigureText.Count((long)step)}</text>");
        }

        html.Add($"<text x=\"{Left + (PlotWidth / 2)}\" y=\"{Height - 4}\">{unit}</text></g>\n<path class=\"axis\" d=\"M{Left} {Top}v{PlotHeight}h{PlotWidth}\"/>\n");
    }

    private static void WriteLine(HtmlText html, ChartScale scale, ChartSeries line, int number)
    {
        IReadOnlyList<MetricPoint> points = line.Series.Points;
        html.Add($"<g class=\"line s{number % 4}\">");
        if (line.Series.StepsPerPoint > 1)
        {
            html.Add($"<path class=\"band\" d=\"{Band(scale, points)}\"/>");
        }

        html.Add($"<path class=\"curve\" d=\"{Curve(scale, points)}\"/>");
        if (points.Count <= MaxDots)
        {
            foreach (MetricPoint point in points)
            {
                html.Add($"<circle class=\"dot\" cx=\"{scale.X(point.LastStep)}\" cy=\"{scale.Y(point.Mean)}\" r=\"2.4\"/>");
            }
        }

        int every = (points.Count + MaxHovers - 1) / MaxHovers;
        for (int i = points.Count - 1; i >= 0; i -= every)
        {
            html.Add($"<circle class=\"hover\" cx=\"{scale.X(points[i].LastStep)}\" cy=\"{scale.Y(points[i].Mean)}\" r=\"{HoverRadius}\"><title>{Hover(line, points[i])}</title></circle>");
        }

        html.Add($"</g>\n");
    }

    private static string Curve(ChartScale scale, IReadOnlyList<MetricPoint> points) =>
        string.Concat(points.Select((point, i) => $"{(i == 0 ? 'M' : 'L')}{FigureText.Coordinate(scale.X(point.LastStep))} {FigureText.Coordinate(scale.Y(point.Mean))}"));

    private static string Band(ChartScale scale, IReadOnlyList<MetricPoint> points)
    {
        IEnumerable<string> above = points.Select(point => $"{FigureText.Coordinate(scale.X(point.LastStep))} {FigureText.Coordinate(scale.Y(point.Highest))}");
        IEnumerable<string> below = points.Reverse().Select(point => $"{FigureText.Coordinate(scale.X(point.LastStep))} {FigureText.Coordinate(scale.Y(point.Lowest))}");
        return $"M{string.Join('L', above.Concat(below))}Z";
    }

    private static string Hover(ChartSeries line, MetricPoint point) => point.Count == 1
        ? $"step {FigureText.Count(point.LastStep)}: {line.Label} {FigureText.Number(point.Mean)}"
        : $"steps {FigureText.Count(point.FirstStep)} to {FigureText.Count(point.LastStep)}: {line.Label} {FigureText.Number(point.Mean)} on average, {FigureText.Number(point.Lowest)} to {FigureText.Number(point.Highest)}";

    private static void WriteLegend(HtmlText html, ChartSeries[] drawn, long nonFinite)
    {
        html.Add($"<p class=\"legend\">");
        for (int i = 0; i < drawn.Length; i++)
        {
            html.Add($"<span class=\"key s{i % 4}\"><span aria-hidden=\"true\"></span>{drawn[i].Label}{(drawn[i].Series.Last is { } last ? $" (last {FigureText.Number(last)})" : "")}</span> ");
        }

        long steps = drawn.Max(line => line.Series.StepsPerPoint);
        if (steps > 1)
        {
            html.Add($"<span>each point is the mean of up to {steps} values, the band spans them</span> ");
        }

        if (nonFinite > 0)
        {
            html.Add($"<span class=\"warn\">{nonFinite} values are infinite or no number</span>");
        }

        html.Add($"</p>\n");
    }

    private static string Describe(string title, ChartSeries[] drawn) => $"{title} over {drawn[0].Series.Unit}. " + string.Join(" ", drawn.Select(line =>
        $"{line.Label}: from {FigureText.Number(line.Series.Points[0].Mean)} at {line.Series.Points[0].LastStep} to {FigureText.Number(line.Series.Points[^1].Mean)} at {line.Series.Points[^1].LastStep}, lowest {FigureText.Number(line.Series.Lowest ?? 0)}, highest {FigureText.Number(line.Series.Highest ?? 0)}."));

    /// <summary>All ticks of an axis get as many decimals as the finest needs.</summary>
    private static string TickText(double value, double[] ticks)
    {
        double step = ticks.Length > 1 ? ticks[1] - ticks[0] : 1;
        double largest = ticks.Max(Math.Abs);
        if (largest >= 1e5 || largest < 1e-2)
        {
            return value == 0 ? "0" : FigureText.Number(Math.Round(value / step * 2) * step / 2);
        }

        int decimals = 0;
        for (double scaled = step; decimals < 6 && Math.Abs(scaled - Math.Round(scaled)) > 1e-6; scaled *= 10)
        {
            decimals++;
        }

        return value.ToString($"#,0.{new string('0', decimals)}".TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
    }
}
