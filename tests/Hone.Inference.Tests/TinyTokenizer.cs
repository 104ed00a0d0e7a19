using System.Text;
using System.Text.Json.Nodes;
using Hone.Processors.Tokenizers;

namespace Hone.Inference.Tests;

/// <summary>A byte-level tokenizer with all bytes, a few merges and two control tokens.</summary>
internal static class TinyTokenizer
{
    /// <summary>Token with which texts end.</summary>
    public const int End = 299;

    private static readonly (string Left, string Right)[] Merges = [("t", "h"), ("th", "e"), ("i", "n"), ("Ġ", "a"), ("a", "b"), ("ab", "c"), ("\"", ":"), ("{", "\"")];

    /// <summary>The tokenizer.json.</summary>
    public static string Json { get; } = Build();

    /// <summary>Loads the tokenizer.</summary>
    public static Tokenizer Load() => TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(Json));

    private static string Build()
    {
        var vocabulary = new JsonObject();
        int hidden = 0;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            vocabulary[((char)(isPrintable ? value : 256 + hidden++)).ToString()] = value;
        }

        foreach ((string left, string right) in Merges)
        {
            vocabulary[left + right] = vocabulary.Count;
        }

        JsonObject Control(int id, string text) => new() { ["id"] = id, ["content"] = text, ["special"] = true, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false };
        JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Control(298, "<|begin|>"), Control(End, "<|end|>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. Merges.Select(pair => (JsonNode)$"{pair.Left} {pair.Right}")]),
            },
        }.ToJsonString();
    }
}
