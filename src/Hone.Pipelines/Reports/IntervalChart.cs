namespace Hone.Pipelines.Reports;

/// <summary>Draws shares with their confidence intervals: a dot and a line for each, on one axis from 0 to 100 %.</summary>
internal static class IntervalChart
{
    private const double Width = 420, Left = 10, Right = 14, Top = 6, RowHeight = 40, Bottom = 26;
    private const double PlotWidth = Width - Left - Right;

    /// <summary>Draws a chart.</summary>
    public static void Write(HtmlText html, string title, IReadOnlyList<IntervalRow> rows)
    {
        double bottom = Top + (rows.Count * RowHeight);
        html.Add($"<figure class=\"chart intervals\"><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {Width} {bottom + Bottom}\" role=\"img\" aria-label=\"{title}: {string.Join("; ", rows.Select(row => $"{row.Label} {row.Text}"))}\">\n<g class=\"grid\">");
        foreach (double share in (ReadOnlySpan<double>)[0, 0.25, 0.5, 0.75, 1])
        {
            html.Add($"<path d=\"M{X(share)} {Top}V{bottom}\"/>");
        }

        html.Add($"</g>\n<g class=\"ticks\" text-anchor=\"middle\"><text x=\"{X(0)}\" y=\"{bottom + 17}\" text-anchor=\"start\">0 %</text>");
        foreach (double share in (ReadOnlySpan<double>)[0.25, 0.5, 0.75])
        {
            html.Add($"<text x=\"{X(share)}\" y=\"{bottom + 17}\">{100 * share} %</text>");
        }

        html.Add($"<text x=\"{X(1)}\" y=\"{bottom + 17}\" text-anchor=\"end\">100 %</text></g>\n<path class=\"axis\" d=\"M{Left} {bottom}h{PlotWidth}\"/>\n");
        for (int i = 0; i < rows.Count; i++)
        {
            IntervalRow row = rows[i];
            double middle = Top + (i * RowHeight) + 27;
            html.Add($"<g class=\"line s{i % 4}\"><title>{row.Label}: {row.Text}</title><text class=\"label\" x=\"{Left}\" y=\"{middle - 12}\">{Short(row.Label)} {row.Text}</text>");
            html.Add($"<path class=\"curve\" d=\"M{X(row.Low)} {middle}H{X(row.High)}M{X(row.Low)} {middle - 4}v8M{X(row.High)} {middle - 4}v8\"/><circle class=\"dot\" cx=\"{X(row.Value)}\" cy=\"{middle}\" r=\"4.5\"/></g>\n");
        }

        html.Add($"</svg>\n</figure>\n");
    }

    private static double X(double share) => Left + (share * PlotWidth);

    private static string Short(string label) => label.Length <= 24 ? label : $"{label[..23]}…";
}
