using System.Text;
using System.Text.Json.Nodes;
using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Core.Registry;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Fuzzing;

/// <summary>The files that training data comes in: what is read becomes examples, as a fine-tuning would make them.</summary>
internal static class DataTargets
{
    private const string Template = "{% for m in messages %}{{ m.role }}: {{ m.content }}{% if m.tool_calls %}{{ m.tool_calls | tojson }}{% endif %}\n{% endfor %}";

    private static readonly string[] s_rows =
    [
        """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"é😀"},{"role":"assistant","content":"b","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"x":1}}}]},{"role":"tool","content":"1"},{"role":"assistant","content":"c"}]}""",
        """{"prompt":"a","completion":"b"}""",
        """{"instruction":"a","input":"b","output":"c","system":"d","history":[["e","f"]]}""",
        """{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}],"system":"c","tools":"[]"}""",
        """{"text":"a b c"}""",
    ];

    private static readonly string[] s_words =
    [
        "{", "}", "[", "]", "\"", ",", ":", "\n", "null", "true", "-0", "1e999", "\\ud800", "\\u0000", "\"messages\":", "\"role\":\"assistant\"", "\"content\":[{\"type\":\"text\",\"text\":\"x\"}]", "\"prompt\":", "\"completion\":", "\"from\":\"gpt\"", "\"value\":", "\uFEFF",
    ];

    private static readonly PartRegistry s_registry = new(() => [typeof(RowFormat).Assembly]);
    private static readonly Lazy<ModelText> s_model = new(CreateModel);

    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("data-jsonl", () => Bytes([.. s_rows, string.Join('\n', Enumerable.Repeat(s_rows[1], 3))]), Bytes(s_words), bytes => Encode(bytes, ".jsonl")),
        new("data-json", () => Bytes([.. s_rows.Select(row => $"[{row},{row}]")]), Bytes(s_words), bytes => Encode(bytes, ".json")) { IsJson = true },
        new("data-csv", () => Bytes(["prompt,completion\na,b\n\"c \"\"d\"\"\",\"e\nf\"\n", "instruction,input,output\r\na,b,c\r\n"]), Bytes(["\"", "\"\"", ",", "\n", "\r\n", "prompt", "completion", "\u0000", "\uFEFF", "\t"]), bytes => Encode(bytes, ".csv")),
        new("data-tsv", () => Bytes(["prompt\tcompletion\na\tb\nc\t\"d\"\n"]), Bytes(["\"", "\"\"", ",", "\n", "\r\n", "prompt", "completion", "\u0000", "\uFEFF", "\t"]), bytes => Encode(bytes, ".tsv")),
        new("dataset-info",
            () => Bytes(
            [
                """{"a":{"file_name":"a.json"},"b":{"file_name":"b.jsonl","formatting":"sharegpt","columns":{"messages":"conversations","system":"system","tools":"tools"},"tags":{"role_tag":"from","content_tag":"value","user_tag":"human","assistant_tag":"gpt"},"num_samples":5},"c":{"file_name":"c.csv","columns":{"prompt":"q","query":"i","response":"r","history":"h"}},"d":{"hf_hub_url":"x/y"}}""",
            ]),
            Bytes(["{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "1e99", "\\ud800", "\"ranking\":true", "\"columns\":{", "\"tags\":{", "\"formatting\":\"alpaca\"", "\"file_name\":", "../"]),
            Describe) { IsJson = true },
    ];

    private static void Encode(byte[] bytes, string extension) => SeedFiles.WithFile(bytes, extension, path =>
    {
        var options = new SftDataOptions { Sources = [new DataSource { Path = path }], MaxTokens = 256, InvalidRows = InvalidRows.Drop };
        var context = new DataContext { Registry = s_registry, CacheFolder = Path.GetDirectoryName(path)!, MaxThreads = 1 }; // the folder of a file in one
        using SftDataset dataset = SftDataset.Load(options, s_model.Value, context, new RandomStream(1, "validation"));
        try
        {
            LengthStatistics.Of(dataset.Store);
            dataset.Report.CreateWarnings();
            dataset.Store.Read(dataset.Store.Count - 1);
        }
        finally
        {
            File.Delete(dataset.Store.Path);
        }
    });

    private static void Describe(byte[] bytes) => SeedFiles.WithFile(bytes, ".json", path =>
    {
        DatasetRegistry registry = DatasetRegistry.Load(path);
        int found = 0;
        HoneException? last = null;
        foreach (string name in registry.Names)
        {
            try
            {
                registry.Find(name);
                found++;
            }
            catch (HoneException e)
            {
                last = e; // the next entry may be sound
            }
        }

        if (found == 0 && last is not null)
        {
            throw new HoneException(last.What, last.Where, last.Facts, last.Fix, last);
        }
    });

    private static ModelText CreateModel()
    {
        Tokenizer tokenizer = TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(ByteTokenizer()));
        var tokens = new Dictionary<string, string> { ["eos_token"] = "<|end|>" };
        var limits = new TemplateLimits { MaxSteps = 100_000, MaxOutputChars = 1 << 20, MaxDepth = 100 };
        return new ModelText(tokenizer, new ChatTokenizer(ChatTemplate.Parse(Template, tokens, "fuzz", limits, TimeProvider.System), tokenizer), "fuzz");
    }

    /// <summary>A tokenizer whose tokens are the bytes.</summary>
    private static string ByteTokenizer()
    {
        var vocabulary = new JsonObject();
        int hidden = 0;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            vocabulary[((char)(isPrintable ? value : 256 + hidden++)).ToString()] = value;
        }

        var byteLevel = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 256, ["content"] = "<|end|>", ["special"] = true, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false }),
            ["pre_tokenizer"] = byteLevel,
            ["decoder"] = byteLevel.DeepClone(),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        }.ToJsonString();
    }

    private static IReadOnlyList<byte[]> Bytes(IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
