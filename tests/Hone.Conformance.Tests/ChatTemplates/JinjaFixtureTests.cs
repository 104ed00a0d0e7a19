using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.ChatTemplates;

/// <summary>The Jinja engine, case by case, against Jinja2 in the environment of transformers.</summary>
[ReadsFixture("chat-templates/jinja_cases")]
public sealed class JinjaFixtureTests
{
    public static TheoryData<string> Cases => TemplateFixtures.Ids("jinja_cases.jsonl", "id");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Render_Case_EqualsJinja(string id)
    {
        JsonElement entry = TemplateFixtures.Lines("jinja_cases.jsonl").Single(line => line.GetProperty("id").GetString() == id);
        string source = entry.GetProperty("template").GetString()!;

        string? text = null;
        TemplateException? error = null;
        try
        {
            text = ChatTemplate.Parse(source, null, id, TemplateLimits.Default, TemplateFixtures.Clock).RenderVariables(entry.GetProperty("context"));
        }
        catch (TemplateException e)
        {
            error = e;
        }

        if (!entry.TryGetProperty("error", out JsonElement expected))
        {
            Assert.Null(error);
            Assert.Equal(entry.GetProperty("expected").GetString(), text);
            return;
        }

        Assert.NotNull(error);
        Assert.Equal(expected.GetProperty("stage").GetString(), error.Stage == TemplateStage.Compile ? "compile" : "render");
        Assert.Equal(expected.GetProperty("class").GetString(), error.ErrorClass);
        if (error.ErrorClass == "TemplateError")
        {
            Assert.Equal(expected.GetProperty("message").GetString(), error.Detail);
        }
    }
}
