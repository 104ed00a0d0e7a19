using System.Text;
using System.Text.Json;
using Hone.Core.Random;
using Hone.Processors.ChatTemplates;

namespace Hone.Processors.Tests.ChatTemplates;

/// <summary>Templates made to crash, hang or fill the memory are refused in bounded time.</summary>
public sealed class HostileTemplateTests
{
    private const int MutatedInputs = 3000;

    private static readonly TemplateLimits s_tight = new() { MaxSteps = 200_000, MaxOutputChars = 1 << 20, MaxDepth = 100 };

    private static readonly JsonElement s_context = JsonDocument.Parse("""
        {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "é😀"}]}], "tools": null, "x": {"a": [1, 2.5, null]}}
        """).RootElement;

    public static TheoryData<string> Endless => new(
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(200) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(200) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=1) %}{% for i in range(200) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(n=3) %}{% for i in range(200) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{{ 'a' * 10000000000000 }}", "{{ [0] * 10000000000000 }}", "{{ 'a' | center(999999999) }}", "{{ 'a'.ljust(999999999) }}", "{{ '1'.zfill(999999999) }}",
        "{{ 'a' | indent(999999999, true) }}", "{{ '%999999999d' % 1 }}", "{{ '%.999999999f' % 1.5 }}", "{{ '{:999999999}'.format(1) }}", "{{ '{:.999999999f}'.format(1.5) }}",
        "{{ 10 ** 100000000 }}", "{{ 2.0 ** 100000 }}", "{{ range(10 ** 30) }}", "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}", "{{ ('ab' * 50000) | list | join('c' * 100000) }}",
        "{{ '\t' * 10000 | expandtabs }}", "{{ ('\t' * 10000).expandtabs(999999) }}", "{{ [1] | batch(999999999, 0) | list }}", "{{ 'a' | slice(999999999) | list }}",
        "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
        "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block b %}{{ self.b() }}{% endblock %}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
        "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns.me }}",
        "{{ lipsum(999999999) }}", "{{ (1).to_bytes(999999999, 'big') }}", "{{ [1] | tojson(indent=999999999) }}");

    public static TheoryData<string> Nested => new(
        "{{ " + new string('(', 50_000), "{{ " + new string('[', 50_000), "{{ " + Repeat("{1:", 50_000), "{{ " + Repeat("not ", 50_000) + "1 }}", "{{ " + Repeat("-", 50_000) + "1 }}",
        "{{ x" + Repeat(".a", 50_000) + " }}", "{{ 1" + Repeat(" + 1", 50_000) + " }}", "{{ x" + Repeat("|e", 50_000) + " }}", "{{ x" + Repeat("()", 50_000) + " }}", "{{ x" + Repeat("[0]", 50_000) + " }}",
        "{{ x" + Repeat(" if x else x", 50_000) + " }}", Repeat("{% if x %}", 50_000), Repeat("{% for i in x %}", 50_000), Repeat("{% macro m() %}", 50_000), Repeat("{% set a %}", 50_000),
        "{{ '%s' % " + Repeat("(1,", 50_000), "{{ " + Repeat("a if ", 50_000));

    [Theory]
    [MemberData(nameof(Endless))]
    public void Render_EndlessTemplate_IsStopped(string source)
    {
        ChatTemplate template;
        try
        {
            template = ChatTemplate.Parse(source, null, "t", s_tight, TimeProvider.System);
        }
        catch (TemplateException)
        {
            return;
        }

        Assert.Throws<TemplateException>(() => template.RenderVariables(s_context));
    }

    [Theory]
    [MemberData(nameof(Nested))]
    public void Parse_DeepNesting_IsRefused(string source) =>
        Assert.Equal(TemplateStage.Compile, Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source)).Stage);

    [Fact]
    public void Parse_MutatedTemplates_RenderOrAreRefused()
    {
        string[] seeds = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "jinja", "cases.jsonl")).Skip(1).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("template").GetString()!)];
        string[] words = ["{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "\n", "(", ")", "[", "]", "'", "\"", "|", ".", "~", " if ", " else ", "{% endfor %}", "{% for i in x %}", "loop", "\\", "\ud83d", "\0", "0", "**", "99999"];
        var random = new RandomStream(11, "template-mutations");
        int rendered = 0;

        for (int i = 0; i < MutatedInputs; i++)
        {
            var text = new StringBuilder(seeds[random.NextInt32(seeds.Length)]);
            for (int mutations = 1 + random.NextInt32(4); mutations > 0; mutations--)
            {
                int at = random.NextInt32(text.Length + 1);
                _ = random.NextInt32(3) switch
                {
                    0 => text.Insert(at, words[random.NextInt32(words.Length)]),
                    1 => text.Remove(at, Math.Min(random.NextInt32(9), text.Length - at)),
                    _ => text.Insert(at, text.ToString(0, Math.Min(random.NextInt32(30), text.Length))),
                };
            }

            rendered += TryRender(text.ToString()) ? 1 : 0;
        }

        Assert.InRange(rendered, 1, MutatedInputs - 1);
    }

    private static bool TryRender(string source)
    {
        try
        {
            ChatTemplate.Parse(source, null, "t", s_tight, TimeProvider.System).RenderVariables(s_context);
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
