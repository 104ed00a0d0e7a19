using Hone.Core.Runs;

namespace Hone.Pipelines.Reports;

/// <summary>Writes where everything comes from: stages, what they read and what they made, with sizes and hashes.</summary>
internal sealed class LineageHtml(HtmlText html, RunReport report)
{
    public void Write()
    {
        html.Add($"<h2 id=\"lineage\">Lineage</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Stages\"><table>\n<caption>The stages in order.</caption>\n<thead><tr><th scope=\"col\">stage</th><th scope=\"col\">type</th><th scope=\"col\">state</th>");
        html.Add($"<th scope=\"col\" class=\"number\">attempts</th><th scope=\"col\">begun</th><th scope=\"col\" class=\"number\">last attempt</th><th scope=\"col\">counts</th></tr></thead>\n<tbody>\n");
        foreach (StageReport stage in report.Stages)
        {
            html.Add($"<tr><th scope=\"row\">{stage.Name}</th><td>{stage.Type}</td><td>{ReportText.State(stage.Record.Status)}</td><td class=\"number\">{(long)stage.Record.Attempts}</td>");
            html.Add($"<td>{(stage.Record.Started is { } started ? FigureText.Time(started) : "")}</td><td class=\"number\">{(stage.Duration is { } duration ? FigureText.Duration(duration) : "")}</td>");
            html.Add($"<td>{string.Join(", ", stage.Record.Counts.Select(count => $"{FigureText.Words(count.Key)} {FigureText.Number(count.Value)}"))}</td></tr>\n");
        }

        html.Add($"</tbody>\n</table></div>\n");
        WriteFiles("Recipe files", report.RecipeFiles);
        foreach (StageReport stage in report.Stages)
        {
            WriteFiles($"{stage.Name}: read", stage.Record.Inputs);
            WriteFiles($"{stage.Name}: made", stage.Record.Artifacts);
        }
    }

    private void WriteFiles(string title, IReadOnlyList<ArtifactRecord> files)
    {
        if (files.Count == 0)
        {
            return;
        }

        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table>\n<caption>{title}</caption>\n<thead><tr><th scope=\"col\">file</th><th scope=\"col\" class=\"number\">size</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
        foreach (ArtifactRecord file in files)
        {
            html.Add($"<tr><th scope=\"row\">{file.Path}</th><td class=\"number\">{FigureText.Bytes(file.SizeBytes)}</td><td class=\"hash\">{file.Sha256}</td></tr>\n");
        }

        html.Add($"</tbody>\n</table></div>\n");
    }
}
