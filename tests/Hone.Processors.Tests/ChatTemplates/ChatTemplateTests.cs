using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Processors.Tests.ChatTemplates;

public sealed class ChatTemplateTests
{
    private const string ChatMl = "{% for m in messages %}<|{{ m.role }}|>{% generation %}{{ m.content }}{% endgeneration %}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    [Fact]
    public void Render_Conversation_GivesTextAndSpansInCodePoints()
    {
        RenderedChat chat = ChatTemplate.Parse(ChatMl).Render(Chat("""[{"role": "user", "content": "a😀"}, {"role": "assistant", "content": "b"}]""") with { AddGenerationPrompt = true });

        Assert.Equal("<|user|>a😀<|assistant|>b<|assistant|>", chat.Text); // the line feeds behind tags are trimmed
        Assert.Equal([new TextSpan(8, 10), new TextSpan(23, 24)], chat.AssistantSpans); // the emoji counts once
    }

    [Fact]
    public void Render_SpecialTokensAndVariables_AreVisible()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ bos_token }}{{ messages[0].content }}{{ flag }}{{ eos_token is defined }}", new Dictionary<string, string> { ["bos_token"] = "<s>" });

        RenderedChat chat = template.Render(Chat("""[{"role": "user", "content": "x"}]""") with { Variables = new Dictionary<string, JsonElement> { ["flag"] = Json("12345678901234567890") } });

        Assert.Equal("<s>x12345678901234567890False", chat.Text);
    }

    [Fact]
    public void Render_NullContent_IsUndefined() =>
        Assert.Equal("False", ChatTemplate.Parse("{{ messages[0].content is defined }}").Render(Chat("""[{"role": "user", "content": null}]""")).Text);

    [Theory]
    [InlineData("reasoning")]
    [InlineData("thinking")]
    [InlineData("reasoning_content")]
    public void Render_Reasoning_HasBothNames(string key) =>
        Assert.Equal("why why", ChatTemplate.Parse("{{ messages[0].reasoning_content }} {{ messages[0].thinking }}").Render(Chat($$"""[{"role": "assistant", "{{key}}": "why"}]""")).Text);

    [Theory]
    [InlineData("""[{"role": "user", "content": "one "}]""", "<one ")]
    [InlineData("""[{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]""", "<[{'type': 'text', 'text': 'a")]
    public void Render_ContinueFinalMessage_EndsInsideIt(string messages, string expected) =>
        Assert.Equal(expected, ChatTemplate.Parse("{% for m in messages %}<{{ m.content }}>{% endfor %}").Render(Chat(messages) with { ContinueFinalMessage = true }).Text);

    [Fact]
    public void Render_ContinueTrimmedMessage_CutsItsBlanks() =>
        Assert.Equal("<one", ChatTemplate.Parse("{% for m in messages %}<{{ m.content | trim }}>{% endfor %}").Render(Chat("""[{"role": "user", "content": "one "}]""") with { ContinueFinalMessage = true }).Text);

    [Theory]
    [InlineData("{{ messages[0].content[:1] }}", """[{"role": "user", "content": "long"}]""", "does not appear")]
    [InlineData("{{ messages[0].content }}", """[{"role": "user"}]""", "no content to continue")]
    [InlineData("{{ messages[0].role }}", """[{"role": "user", "content": "x"}]""", "does not read the content")]
    public void Render_ContinueImpossible_IsRefused(string source, string messages, string expected) =>
        Assert.Contains(expected, Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source).Render(Chat(messages) with { ContinueFinalMessage = true })).Detail, StringComparison.Ordinal);

    [Fact]
    public void Render_ErrorInsideTemplate_NamesLineAndExcerpt()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for m in messages %}\n  {{ m.role }}\n  {{ m.content + 1 }}\n{% endfor %}", name: "model/chat_template.jinja");

        TemplateException error = Assert.Throws<TemplateException>(() => template.Render(Chat("""[{"role": "user", "content": "x"}]""")));

        Assert.Equal(3, error.Line);
        Assert.Equal("{{ m.content + 1 }}", error.Excerpt);
        Assert.Equal("TypeError", error.ErrorClass);
        Assert.Contains("model/chat_template.jinja:3", error.Message, StringComparison.Ordinal);
        Assert.Contains("can only concatenate str", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Render_ErrorInsideMacro_NamesTheMacrosLine()
    {
        ChatTemplate template = ChatTemplate.Parse("{% macro m(x) %}\n{{ x.a.b }}\n{% endmacro %}\n\n{{ m({}) }}");

        Assert.Equal(2, Assert.Throws<TemplateException>(() => template.Render(Chat("[]"))).Line);
    }

    [Fact]
    public void Render_RaiseException_GivesTheTemplatesWords()
    {
        TemplateException error = Assert.Throws<TemplateException>(() => ChatTemplate.Parse("{{ raise_exception('Roles must alternate') }}").Render(Chat("[]")));

        Assert.Equal(("TemplateError", "Roles must alternate", TemplateStage.Render), (error.ErrorClass, error.Detail, error.Stage));
    }

    [Fact]
    public void Parse_UnclosedTag_NamesWhatIsMissing()
    {
        TemplateException error = Assert.Throws<TemplateException>(() => ChatTemplate.Parse("a\n{% if x %}\n{{ y }}"));

        Assert.Equal(TemplateStage.Compile, error.Stage);
        Assert.Contains("'elif' or 'else' or 'endif'", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ManyThreads_GiveTheSameText()
    {
        ChatTemplate template = ChatTemplate.Parse(ChatMl + "{% set ns = namespace(n=0) %}{% for i in range(50) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        Conversation chat = Chat("""[{"role": "user", "content": "x"}]""");
        string expected = template.Render(chat).Text;

        string[] texts = [.. Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(4).Select(_ => template.Render(chat).Text)];

        Assert.All(texts, text => Assert.Equal(expected, text));
    }

    [Fact]
    public void Render_StrftimeNow_AsksTheClock()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ strftime_now('%d %B %Y, %H:%M %j %U %-d %a') }}", null, "t", TemplateLimits.Default, new Noon());

        Assert.Equal("04 July 2027, 12:05 185 27 4 Sun", template.Render(Chat("[]")).Text);
    }

    private static Conversation Chat(string messages) => new() { Messages = Json(messages) };

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private sealed class Noon : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2027, 7, 4, 12, 5, 6, TimeSpan.Zero);
    }
}
