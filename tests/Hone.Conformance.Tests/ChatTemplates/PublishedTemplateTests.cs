using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.ChatTemplates;

/// <summary>Templates of published models with the texts that another implementation of Jinja expects of them (<c>data/chat-templates</c>).</summary>
public sealed class PublishedTemplateTests
{
    public static TheoryData<string> Files
    {
        get
        {
            string folder = SharedData.At("data", "chat-templates");
            return Directory.Exists(folder) ? new TheoryData<string>(Directory.EnumerateFiles(folder, "e2e_cases.jsonl", SearchOption.AllDirectories)) : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Render_PublishedTemplate_GivesTheTarget(string path)
    {
        var differences = new DifferenceList();
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            string name = $"{row.GetProperty("set")} {row.GetProperty("name")}";
            ChatTemplate template = ChatTemplate.Parse(row.GetProperty("chat_template").GetString()!, null, name, TemplateLimits.Default, TemplateFixtures.Clock);
            string target = row.GetProperty("target").GetString()!;
            string text = template.RenderVariables(row.GetProperty("data"));
            differences.Compare(name, text == target ? target : WithoutQuotes(target), text == target ? text : WithoutQuotes(text));
        }

        differences.AssertNone();
    }

    /// <summary>The other implementation prints lists and dictionaries as JSON, Python with quotes, escapes and constants of its own.</summary>
    private static string WithoutQuotes(string text) =>
        string.Concat(text.Where(c => c is not ('\'' or '"' or '\\'))).Replace("True", "true").Replace("False", "false").Replace("None", "null");
}
