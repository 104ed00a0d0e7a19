using System.Text;
using System.Text.Json;
using Hone.Inference.Constraints;
using Hone.Models.Checkpoints;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Patterns;

namespace Hone.Fuzzing;

/// <summary>Every parser that reads what a stranger may have made.</summary>
internal static class FuzzTargets
{
    private const int MaxTextRead = 4096; // patterns are tried on this much of the input

    private static readonly IReadOnlyList<byte[]> s_expressionWords = Words("(", ")", "(?:", "(?i)", "(?=", "(?<!", "[", "]", "[^", "&&", "\\p{L}", "\\p{Han}", "\\s", "\\b", "*", "+", "?", "{1,9}", "{99999}", "|", ".", "^", "$", "\\", "\\x{10FFFF}", "é", "😀");

    private static readonly Dictionary<string, string> s_noTokens = [];
    private static readonly TemplateLimits s_templateLimits = new() { MaxSteps = 100_000, MaxOutputChars = 1 << 20, MaxDepth = 100 };

    private static readonly JsonElement s_templateContext = JsonSerializer.SerializeToElement(
        new { messages = new[] { new { role = "user", content = "Hi" }, new { role = "assistant", content = "é😀" } }, add_generation_prompt = true, x = new { a = 1, b = "two" } });

    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", SeedFiles.Safetensors, Words("{", "}", "[", "]", "\"", ",", ":", "0", "-1", "1e9", "18446744073709551615", "\"dtype\":\"F32\"", "\"shape\":[2,2]", "\"data_offsets\":[0,16]", "\"__metadata__\":{", "\\u0000", "\uFEFF"), Safetensors),
        new("gguf", SeedFiles.Gguf, Words("GGUF", "general.architecture", "llama.block_count", "blk.0.attn_q.weight", "\u0004\0\0\0", "\u0009\0\0\0", "\u0008\0\0\0\0\0\0\0"), Gguf),
        new("pattern", () => Texts("(?i:'s|'t|'re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", "[a-z&&[^aeiou]]+?x{2,5}+\\b", "(a|b*)*c(?<=bc)(?=d)"), s_expressionWords, PatternText),
        new("constraint-regex", () => Texts("(yes|no)[.!]{0,3}", "[A-Z][a-z]*( [A-Z][a-z]*){1,3}", "\\d{4}-\\d{2}-\\d{2}"), s_expressionWords, text => _ = Constraint.Regex(Text(text))),
        new("json-schema", () => Texts("""{"type":"object","properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":3}},"required":["name"]}""", """{"anyOf":[{"$ref":"#/$defs/x"},{"const":null}],"$defs":{"x":{"type":"number"}}}""",
                """{"type":["object","null"],"properties":{"k":{"const":{"a":[1,"b"]}},"l":{"type":"array","prefixItems":[{"type":"boolean"},{"format":"date"}],"items":false}},"additionalProperties":{"oneOf":[{"type":"string","pattern":"^a[b-d]{1,3}$"},{"type":"integer","exclusiveMinimum":-5,"exclusiveMaximum":7}]}}"""),
            Words("{", "}", "[", "]", "\"", ",", ":", "\"type\":\"object\"", "\"$ref\":\"#\"", "\"anyOf\":[", "\"pattern\":\"a*\"", "\"maxLength\":99999999", "\"maximum\":1e308", "null", "true", "-0"), text => _ = Constraint.JsonSchema(Text(text))) { IsJson = true },
        .. TokenizerTargets.All,
        .. DataTargets.All,
        new("jinja", () => Texts(
            "{% for m in messages %}{% if m.role == 'user' %}<|{{ m['role'] }}|>{{ m.content | trim }}{% else %}{% generation %}{{ m.content }}{% endgeneration %}{% endif %}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
            "{%- macro show(t, n=2) -%}{{ t | tojson(indent=n) }}{%- endmacro -%}{%- set ns = namespace(a=0) -%}{%- for k, v in x.items() recursive -%}{%- set ns.a = ns.a + loop.index -%}{{ show(v) }}{%- else -%}none{%- endfor -%}{{ ns.a }}",
            "{# note #}{% set s %}{{ '%05.2f' % 1.5 ~ '{:>8}'.format('a') }}{% endset %}{% filter upper %}{{ s[::-1] }}{% endfilter %}{% call(u) show(1) %}{{ u }}{% endcall %}{% raw %}{{ x }}{% endraw %}"),
            Words("{%", "%}", "{{", "}}", "{#", "#}", "-", "|", ".", "(", ")", "[", "]", "'", "~", "**", "99999999999", " if ", " else ", "is ", "loop", "range(99999)", "namespace()", "{% endfor %}", "| join", "| map('upper')", "\\", "\ud83d", "'a' * 999999999"),
            Jinja),
    ];

    /// <summary>The target called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);

    private static void Safetensors(byte[] bytes) => SeedFiles.WithFile(bytes, ".safetensors", path =>
    {
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        foreach (string name in checkpoint.Entries.Keys)
        {
            checkpoint.Load(name).Dispose();
        }
    });

    private static void Gguf(byte[] bytes) => SeedFiles.WithFile(bytes, ".gguf", path =>
    {
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(path);
        foreach (TensorEntry entry in checkpoint.Entries.Values)
        {
            using IDisposable read = entry.Format is null ? checkpoint.Load(entry.Name) : checkpoint.LoadBlocks(entry.Name);
        }

        checkpoint.ReadConfig().ToJsonString();
    });

    private static void PatternText(byte[] bytes)
    {
        string text = Text(bytes);
        Pattern pattern = Pattern.Compile(text);
        pattern.TryMatch(text.AsSpan(0, Math.Min(text.Length, MaxTextRead)), 0, out _, out _);
    }

    private static void Jinja(byte[] bytes) =>
        ChatTemplate.Parse(Text(bytes), s_noTokens, "fuzz", s_templateLimits, TimeProvider.System).RenderVariables(s_templateContext);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static IReadOnlyList<byte[]> Words(params string[] texts) => Texts(texts);
}
