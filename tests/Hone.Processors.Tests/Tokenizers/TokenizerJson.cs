using System.Text;
using System.Text.Json.Nodes;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Writes small <c>tokenizer.json</c> files.</summary>
internal static class TokenizerJson
{
    /// <summary>A Unigram model that knows nothing: every piece comes back as one unknown token with its text.</summary>
    public const string EchoModel = """{"type":"Unigram","unk_id":0,"vocab":[["\u0000unknown",0.0]]}""";

    /// <summary>Byte-level BPE for lower-case words: letters, "Ġ" and a few merges.</summary>
    public const string BpeModel =
        """
        {"type":"BPE","vocab":{"h":0,"e":1,"l":2,"o":3,"w":4,"r":5,"d":6,"Ġ":7,"he":8,"ll":9,"hell":10,"hello":11,"or":12,"Ġw":13,"<x>":14},
         "merges":["h e","l l","he ll","hell o","o r","Ġ w"]}
        """;

    /// <summary>Loads a tokenizer of the given parts.</summary>
    public static Tokenizer Load(string model = EchoModel, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null, string? added = null) =>
        TokenizerLoader.FromJson(Bytes(model, normalizer, preTokenizer, postProcessor, decoder, added));

    /// <summary>The file itself.</summary>
    public static byte[] Bytes(string model = EchoModel, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null, string? added = null)
    {
        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = Parse(added),
            ["normalizer"] = Parse(normalizer),
            ["pre_tokenizer"] = Parse(preTokenizer),
            ["post_processor"] = Parse(postProcessor),
            ["decoder"] = Parse(decoder),
            ["model"] = Parse(model),
        };
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>An added token with the given flags set.</summary>
    public static string Added(int id, string content, params ReadOnlySpan<string> flags)
    {
        var token = new JsonObject { ["id"] = id, ["content"] = content };
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized", "special"])
        {
            token[flag] = flags.Contains(flag);
        }

        return token.ToJsonString();
    }

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}
