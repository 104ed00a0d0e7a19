using System.Text;
using System.Xml.Linq;
using Hone.Core.Runs;
using Hone.Pipelines.Reports;

namespace Hone.Pipelines.Tests.Reports;

/// <summary>Everything in a run can come from a stranger: names, answers, errors, warnings.</summary>
public sealed class HostileTextTests
{
    private const string Attack = "</pre></title><script>alert(1)</script>\"' onload='x' &amp; ```\n# heading\n| cell |[link](javascript:alert(1))\u0000\u001b[31m\ud800";

    [Fact]
    public void Html_OfHostileText_HoldsNoForeignElement()
    {
        using SampleRun run = Hostile();

        string html = Encoding.UTF8.GetString(ReportFiles.Render(RunReport.Read(run.Folder), ReportFormat.Html));

        // The page is well-formed once what HTML leaves open is closed, so an XML reader sees the elements that a browser sees.
        string body = html[(html.IndexOf("<body>", StringComparison.Ordinal))..html.IndexOf("</html>", StringComparison.Ordinal)];
        XDocument document = XDocument.Parse(body, LoadOptions.PreserveWhitespace);
        string[] known =
        [
            "body", "header", "main", "footer", "nav", "ul", "li", "a", "h1", "h2", "h3", "h4", "p", "span", "strong", "bdi", "code", "pre", "div", "dl", "dt", "dd",
            "figure", "figcaption", "svg", "g", "path", "text", "circle", "title", "table", "caption", "thead", "tbody", "tr", "th", "td", "article",
        ];
        Assert.All(document.Descendants(), element => Assert.Contains(element.Name.LocalName, known));
        Assert.All(document.Descendants().Attributes(), attribute => Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)));
        Assert.All(document.Descendants("a"), link => Assert.StartsWith("#", link.Attribute("href")!.Value, StringComparison.Ordinal));
        Assert.Contains(document.Descendants("pre"), pre => pre.Value.Contains("<script>alert(1)</script>", StringComparison.Ordinal)); // shown, not run
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u0000', html);
        Assert.DoesNotContain('\u001b', html);
    }

    [Fact]
    public void Html_ReferencesNothingOutside()
    {
        using SampleRun run = Hostile();

        string html = Encoding.UTF8.GetString(ReportFiles.Render(RunReport.Read(run.Folder), ReportFormat.Html));

        Assert.DoesNotContain("http:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src &#39;none&#39;", html.Replace("default-src 'none'", "default-src &#39;none&#39;", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_OfHostileText_KeepsItsStructure()
    {
        using SampleRun run = Hostile();

        string[] lines = Encoding.UTF8.GetString(ReportFiles.Render(RunReport.Read(run.Folder), ReportFormat.Markdown)).Split('\n');

        string fence = "";
        foreach (string line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                string ticks = new('`', line.TakeWhile(c => c == '`').Count());
                fence = fence.Length == 0 ? ticks : ticks == line && ticks.Length >= fence.Length ? "" : fence;
            }
            else if (fence.Length == 0)
            {
                Assert.DoesNotContain("<script", line, StringComparison.Ordinal);
                Assert.DoesNotContain("[link]", line, StringComparison.Ordinal);
                Assert.NotEqual("# heading", line);
            }
        }

        Assert.Equal("", fence);
    }

    private static SampleRun Hostile()
    {
        var run = new SampleRun(Attack.Replace("\ud800", "", StringComparison.Ordinal));
        run.Stage("before").Stage("after").Stage("train", StageStatus.Failed, Attack.Replace("\ud800", "", StringComparison.Ordinal)).Save();
        run.Answers("before", ("<b>1</b>", 0, Attack), ("2", 1, Attack)).Answers("after", ("<b>1</b>", 1, Attack), ("2", 0, Attack));
        run.Metrics(SampleRun.Step(1, 3), """{"stage":"train","done":1,"<img src=x onerror=alert(1)>":1,"unit":"</text><script>alert(1)</script>"}""");
        run.Write("warnings.jsonl", """{"stage":"<i>train</i>","message":"<script>alert(1)</script>"}""" + "\n");
        return run;
    }
}
