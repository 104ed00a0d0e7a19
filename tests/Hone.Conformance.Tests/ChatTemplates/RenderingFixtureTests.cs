using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.ChatTemplates;

/// <summary>Every template on every conversation, against transformers: text, the assistant's parts, and errors that a template raises.</summary>
[ReadsFixture("chat-templates/renderings")]
[ReadsFixture("chat-templates/conversations")]
public sealed class RenderingFixtureTests
{
    public static TheoryData<string> Templates => TemplateFixtures.Ids("renderings.jsonl", "template");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Templates))]
    public void Render_EveryConversation_EqualsTransformers(string template)
    {
        string path = SharedData.At("data", template);
        Assert.SkipUnless(File.Exists(path), $"no {template} under HONE_SHARED/data");
        JsonElement entry = TemplateFixtures.Lines("renderings.jsonl").Single(line => line.GetProperty("template").GetString() == template);
        Dictionary<string, string> special = entry.GetProperty("special").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        Dictionary<string, JsonElement> conversations = TemplateFixtures.Conversations();
        ChatTemplate compiled = ChatTemplate.Parse(File.ReadAllText(path), special, template, TemplateLimits.Default, TemplateFixtures.Clock);

        int compared = 0;
        var differences = new List<string>();
        foreach (JsonElement expected in entry.GetProperty("cases").EnumerateArray())
        {
            string id = expected.GetProperty("conv").GetString()!;
            if (Difference(compiled, TemplateFixtures.ToConversation(conversations[id]), expected) is { } difference)
            {
                differences.Add($"{id}: {difference}");
            }

            compared++;
        }

        Assert.Empty(differences);
        Assert.NotEqual(0, compared);
    }

    private static string? Difference(ChatTemplate template, Conversation conversation, JsonElement expected)
    {
        RenderedChat rendered;
        try
        {
            rendered = template.Render(conversation);
        }
        catch (TemplateException e)
        {
            if (!expected.TryGetProperty("error", out JsonElement error))
            {
                return e.Message;
            }

            string message = error.GetProperty("message").GetString()!;
            string detail = e.Detail.Length > 300 ? e.Detail[..300] : e.Detail; // as the script cuts it
            return error.GetProperty("class").GetString() == "TemplateError" && detail != message ? $"raised '{detail}', expected '{message}'" : null;
        }

        if (!expected.TryGetProperty("text", out JsonElement text))
        {
            return $"no error, expected {expected.GetProperty("error")}";
        }

        if (rendered.Text != text.GetString())
        {
            return $"got {JsonSerializer.Serialize(rendered.Text)}, expected {JsonSerializer.Serialize(text.GetString())}";
        }

        if (!expected.TryGetProperty("spans", out JsonElement spans))
        {
            return null;
        }

        List<TextSpan> wanted = [.. spans.EnumerateArray().Select(span => new TextSpan(span[0].GetInt32(), span[1].GetInt32()))];
        return wanted.SequenceEqual(rendered.AssistantSpans) ? null : $"spans {string.Join(' ', rendered.AssistantSpans)}, expected {spans}";
    }
}
