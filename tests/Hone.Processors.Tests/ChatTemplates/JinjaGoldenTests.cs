using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Processors.Tests.ChatTemplates;

/// <summary>Random templates of our own against what Jinja2 made of them (<c>tests/golden/jinja</c>).</summary>
public sealed class JinjaGoldenTests
{
    [Fact]
    public void Render_EveryGolden_EqualsJinja()
    {
        JsonElement[] rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "jinja", "cases.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement context = rows[0].GetProperty("context");
        var differences = new List<string>();

        foreach (JsonElement row in rows[1..])
        {
            string expected = row.TryGetProperty("text", out JsonElement text) ? text.GetString()! : "error: " + row.GetProperty("stage").GetString();
            string actual = Outcome(row.GetProperty("template").GetString()!, context);
            if (actual != expected)
            {
                differences.Add($"{row.GetProperty("template")}\n  expected {expected}\n  got      {actual}");
            }
        }

        Assert.True(rows.Length > 1000, "the goldens are missing");
        Assert.True(differences.Count == 0, $"{differences.Count} of {rows.Length - 1} differ:\n{string.Join('\n', differences.Take(10))}");
    }

    private static string Outcome(string source, JsonElement context)
    {
        try
        {
            return ChatTemplate.Parse(source).RenderVariables(context);
        }
        catch (TemplateException e)
        {
            return "error: " + (e.Stage == TemplateStage.Compile ? "compile" : "render");
        }
    }
}
