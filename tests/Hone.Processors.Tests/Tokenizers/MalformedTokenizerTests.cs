using System.Text;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Broken and hostile tokenizer files give an error that says what, where, which facts and what to do.</summary>
public sealed class MalformedTokenizerTests
{
    private const string Model = TokenizerJson.EchoModel;

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"model\":null}")]
    [InlineData("{\"model\":{\"type\":\"Nonsense\"}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\"}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":4294967296},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":\"0\"},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a\"]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[[\"a\",\"a\",\"a\"]]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[[\"a\",\"a\"]]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[],\"dropout\":0.1}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"aa\":1},\"merges\":[\"a a\"],\"continuing_subword_prefix\":\"##\"}}")]
    [InlineData("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}")]
    [InlineData("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",\"b\"]]}}")]
    [InlineData("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",1e999]]}}")]
    [InlineData("{\"model\":{\"type\":\"Unigram\",\"vocab\":[],\"unk_id\":0}}")]
    [InlineData("{\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}}")]
    [InlineData("{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0},\"max_input_chars_per_word\":-1}}")]
    [InlineData("{\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"\\ud800\",\"vocab\":{}}}")]
    [InlineData("{\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"\\ud800\":1}}}")]
    public void FromJson_BrokenModel_IsRefused(string json) => AssertRefused(json);

    [Theory]
    [InlineData("normalizer", "3")]
    [InlineData("normalizer", "{\"type\":\"NFX\"}")]
    [InlineData("normalizer", "{\"type\":\"Replace\",\"content\":\"x\"}")]
    [InlineData("normalizer", "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(\"},\"content\":\"x\"}")]
    [InlineData("normalizer", "{\"type\":\"Sequence\"}")]
    [InlineData("normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AA\"}")]
    [InlineData("normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////w==\"}")]
    [InlineData("normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"no base64\"}")]
    [InlineData("pre_tokenizer", "{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Sometimes\",\"invert\":false}")]
    [InlineData("pre_tokenizer", "{\"type\":\"FixedLength\",\"length\":0}")]
    [InlineData("pre_tokenizer", "{\"type\":\"Metaspace\",\"replacement\":\"ab\"}")]
    [InlineData("pre_tokenizer", "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"first\",\"add_prefix_space\":false}")]
    [InlineData("pre_tokenizer", "{\"type\":\"CharDelimiterSplit\",\"delimiter\":\"\"}")]
    [InlineData("post_processor", "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}")]
    [InlineData("post_processor", "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}")]
    [InlineData("post_processor", "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"C\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}")]
    [InlineData("post_processor", "{\"type\":\"TemplateProcessing\",\"single\":[],\"pair\":[],\"special_tokens\":{\"x\":{\"id\":\"x\",\"ids\":[1,2],\"tokens\":[\"x\"]}}}")]
    [InlineData("post_processor", "{\"type\":\"BertProcessing\",\"sep\":[\"x\"],\"cls\":[\"y\",1]}")]
    [InlineData("decoder", "{\"type\":\"Strip\",\"content\":\"\",\"start\":0,\"stop\":0}")]
    [InlineData("decoder", "{\"type\":\"Strip\",\"content\":\" \",\"start\":-1,\"stop\":0}")]
    [InlineData("decoder", "{\"type\":\"Sequence\",\"decoders\":{}}")]
    [InlineData("added_tokens", "{}")]
    [InlineData("added_tokens", "[{\"id\":-1,\"content\":\"a\",\"special\":true}]")]
    [InlineData("truncation", "{\"max_length\":1.5,\"stride\":0,\"strategy\":\"LongestFirst\"}")]
    [InlineData("padding", "{\"strategy\":{\"Fixed\":-3},\"direction\":\"Right\",\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"p\"}")]
    public void FromJson_BrokenPart_IsRefused(string part, string json) => AssertRefused($"{{\"{part}\":{json},\"model\":{Model}}}");

    [Fact]
    public void FromJson_AbsurdNesting_IsRefused()
    {
        const int Depth = 100_000;
        string open = string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", Depth));
        AssertRefused($"{{\"normalizer\":{open}{string.Concat(Enumerable.Repeat("]}", Depth))},\"model\":{Model}}}");
    }

    [Fact]
    public void FromJson_InvalidUtf8_IsRefused()
    {
        byte[] json = Encoding.UTF8.GetBytes($"{{\"model\":{{\"type\":\"WordLevel\",\"unk_token\":\"?\",\"vocab\":{{\"##\":0}}}}}}");
        json[Array.IndexOf(json, (byte)'#')] = 0xFF;

        Check(Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.FromJson(json)));
    }

    [Fact]
    public void FromJson_ReplacementsThatMultiply_AreStopped()
    {
        // 10 to the 12th letters from one: at encoding, and at loading when a token is normalized.
        string step = "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaaaa\"}";
        string normalizer = $"{{\"type\":\"Sequence\",\"normalizers\":[{string.Join(',', Enumerable.Repeat(step, 12))}]}}";
        Tokenizer tokenizer = TokenizerJson.Load(normalizer: normalizer);

        Check(Assert.Throws<TokenizerFormatException>(() => tokenizer.Encode("a")));
        Check(Assert.Throws<TokenizerFormatException>(() => TokenizerJson.Load(normalizer: normalizer, added: $"[{TokenizerJson.Added(1, "a", "normalized")}]")));
    }

    [Fact]
    public void Decode_ReplacementsThatMultiply_AreStopped()
    {
        string step = "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaaaa\"}";
        Tokenizer tokenizer = TokenizerJson.Load(
            "{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":0}}", decoder: $"{{\"type\":\"Sequence\",\"decoders\":[{string.Join(',', Enumerable.Repeat(step, 12))}]}}");

        Check(Assert.Throws<TokenizerFormatException>(() => tokenizer.Decode([0])));
    }

    [Fact]
    public void Encode_AMillionLettersWithoutSpace_IsDoneByEveryModel()
    {
        string text = new('a', 1_000_000);
        foreach (string model in (string[])
            [
                "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"aa\":1,\"aaaa\":2},\"merges\":[\"a a\",\"aa aa\"]}",
                "{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"?\",0.0],[\"a\",-1.0],[\"aaaa\",-2.0]]}",
                "{\"type\":\"WordPiece\",\"unk_token\":\"a\",\"vocab\":{\"a\":0}}",
            ])
        {
            Assert.NotEmpty(TokenizerJson.Load(model).EncodeIds(text));
        }
    }

    [Fact]
    public void Load_NoTokenizer_SaysWhatWasLookedFor()
    {
        string folder = Directory.CreateTempSubdirectory("hone-tokenizer").FullName;
        try
        {
            TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.Load(folder));
            Assert.Contains("tokenizer.json", error.Facts, StringComparison.Ordinal);
            Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertRefused(string json) => Check(Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(json))));

    private static void Check(TokenizerFormatException error)
    {
        Assert.NotEmpty(error.What);
        Assert.NotEmpty(error.Where);
        Assert.NotEmpty(error.Facts);
        Assert.NotEmpty(error.Fix);
    }
}
