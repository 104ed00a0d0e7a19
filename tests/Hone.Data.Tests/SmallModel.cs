using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Registry;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Data.Tests;

/// <summary>A tokenizer with a token for each ASCII character and for each control token, and chat templates for it.</summary>
internal static class SmallModel
{
    /// <summary>ChatML that marks nothing.</summary>
    public const string PlainTemplate =
        "{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}<e>\n{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}";

    /// <summary>The same text, with the assistant's marked.</summary>
    public const string MarkingTemplate =
        "{% for m in messages %}{% if m.role == 'assistant' %}<s>assistant\n{% generation %}{{ m.content }}<e>{% endgeneration %}{{ '\\n' }}" +
        "{% else %}<s>{{ m.role }}\n{{ m.content }}<e>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}";

    public static PartRegistry Registry { get; } = new(() => [typeof(RowFormat).Assembly]);

    public static Tokenizer Tokenizer { get; } = CreateTokenizer();

    public static ChatTokenizer Chat(string template) =>
        new(ChatTemplate.Parse(template, new Dictionary<string, string> { ["eos_token"] = "<eos>" }, "small"), Tokenizer);

    public static ModelText Text(string template = PlainTemplate) => new(Tokenizer, Chat(template), "small");

    public static SftEncoder Encoder(string template = PlainTemplate, SftEncodingOptions? options = null) => new(Tokenizer, Chat(template), options ?? new SftEncodingOptions());

    public static ConversationRow Row(params (string Role, string Content)[] messages) =>
        new(new Conversation { Messages = JsonSerializer.SerializeToElement(messages.Select(message => new { role = message.Role, content = message.Content })) });

    /// <summary>All tokens as text.</summary>
    public static string Whole(SftExample example) => Tokenizer.Decode(example.InputIds.AsSpan(), skipSpecialTokens: false);

    /// <summary>The trained tokens as text, with | between stretches of them.</summary>
    public static string Trained(SftExample example)
    {
        var stretches = new List<string>();
        var ids = new List<int>();
        for (int i = 0; i <= example.Labels.Length; i++)
        {
            if (i < example.Labels.Length && example.Labels[i] != SftExample.IgnoreIndex)
            {
                Assert.Equal(example.InputIds[i], example.Labels[i]);
                ids.Add(example.InputIds[i]);
            }
            else if (ids.Count > 0)
            {
                stretches.Add(Tokenizer.Decode([.. ids], skipSpecialTokens: false));
                ids.Clear();
            }
        }

        return string.Join('|', stretches);
    }

    private static Tokenizer CreateTokenizer()
    {
        var vocabulary = new JsonObject { ["Ġ"] = 0, ["Ċ"] = 1, ["ĉ"] = 2 };
        for (char c = '!'; c <= '~'; c++)
        {
            vocabulary[c.ToString()] = vocabulary.Count;
        }

        string[] control = ["<s>", "<e>", "<eos>", "<think>"];
        var added = new JsonArray([.. control.Select(JsonNode (token, i) => new JsonObject
        {
            ["id"] = vocabulary.Count + i, ["content"] = token, ["special"] = true, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
        })]);
        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = true },
            ["post_processor"] = null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = true },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
        return TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
