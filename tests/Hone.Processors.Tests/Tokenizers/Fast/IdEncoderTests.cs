using System.Text;
using System.Text.Json.Nodes;
using Hone.Core.Random;
using Hone.Processors.Patterns.Scanners;
using Hone.Processors.Tokenizers;
using Hone.Processors.Tokenizers.Bpe;
using Hone.Processors.Tokenizers.Fast;

namespace Hone.Processors.Tests.Tokenizers.Fast;

/// <summary>The fast way to ids beside the general pipeline, for pipelines of every kind that it takes.</summary>
public sealed class IdEncoderTests
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string PlainByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";
    private const string PrefixedByteLevel = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""";
    private const string PlainPrefixedByteLevel = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":false}""";
    private const string Digits = """{"type":"Digits","individual_digits":true}""";

    private const string Alphabet = "abcdeilnorst  ''SRE\t\r\n.,!?-/_(\"0123456789½éßſ中文かナ\u0301\u0323\u200D\uFFFD😀\u0378<x>ª";

    private static readonly string s_trained = Train();

    public static TheoryData<string> PreTokenizers =>
    [
        ByteLevel, PlainByteLevel, PrefixedByteLevel, PlainPrefixedByteLevel,
        Sequence(Digits, ByteLevel),
        Sequence(Split(@"\p{N}{1,3}"), Split("[一-龥぀-ゟ゠-ヿ]+"), Split(WellKnownExpressions.DeepSeekV3), PlainByteLevel), // DeepSeek V3
        Sequence(Split("[0-9][0-9][0-9]"), ByteLevel),
        Sequence(Split("(?i)[a-e]+(?=[^a-e])"), PlainByteLevel),
        .. WellKnownExpressions.All.Select(expression => Sequence(Split(expression), PlainByteLevel)),
    ];

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void EncodeIds_OfEveryPipeline_EqualsTheGeneralOne(string preTokenizer)
    {
        foreach (string? normalizer in (string?[])[null, """{"type":"NFC"}""", """{"type":"Lowercase"}"""])
        {
            Tokenizer tokenizer = Create(preTokenizer, normalizer);
            Assert.NotNull(IdEncoder.TryCreate(tokenizer));
            var random = new RandomStream(3, "ids");
            for (int i = 0; i < 120; i++)
            {
                string text = RandomText(random);

                Assert.True(tokenizer.EncodeIdsGenerally(text, addSpecialTokens: true).AsSpan().SequenceEqual(tokenizer.EncodeIdsByTables(text, addSpecialTokens: true)), $"{normalizer}: {text}");
            }
        }
    }

    [Fact]
    public void EncodeIds_OfDigitsOfALaterUnicodeVersion_EqualsTheGeneralPipeline()
    {
        Tokenizer tokenizer = Create(Sequence(Digits, ByteLevel), normalizer: null);

        foreach (string text in (string[])["a\U00011DE3b", "  \U00016FF4  ", "\U00011DE0\U00011DE1"])
        {
            Assert.Equal(tokenizer.EncodeIdsGenerally(text, addSpecialTokens: true), tokenizer.EncodeIdsByTables(text, addSpecialTokens: true));
        }
    }

    [Fact]
    public void TryCreate_OfOtherPipelines_LeavesThemToTheGeneralOne()
    {
        Assert.Null(IdEncoder.TryCreate(Create(Split("a"), normalizer: null)));
        Assert.Null(IdEncoder.TryCreate(Create(Sequence(Digits, PrefixedByteLevel), normalizer: null)));
        Assert.Null(IdEncoder.TryCreate(Create("""{"type":"Whitespace"}""", normalizer: null)));
    }

    [Fact]
    public void EncodeIdsBatch_OnManyThreads_KeepsTheOrder()
    {
        Tokenizer tokenizer = Create(ByteLevel, normalizer: null);
        var random = new RandomStream(4, "ids");
        string[] texts = [.. Enumerable.Range(0, 1000).Select(_ => RandomText(random))];

        int[][] batch = BatchEncoding.Run(texts, text => tokenizer.EncodeIds(text), threads: 4, TestContext.Current.CancellationToken);

        Assert.Equal(texts.Select(text => tokenizer.EncodeIds(text)), batch);
        Assert.Empty(tokenizer.EncodeIdsBatch([], cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void EncodeIds_OfALongText_AllocatesTheResultAlone()
    {
        Tokenizer tokenizer = Create(ByteLevel, """{"type":"NFC"}""");
        string text = string.Concat(Enumerable.Repeat("the rest of it is no less, and so on 中文 ", 500));
        long result = sizeof(int) * tokenizer.EncodeIds(text).LongLength;

        // Code that is not yet optimised boxes a few values per call, but none per word. A collection that
        // another test causes charges this thread with the rest of its allocation buffer: the least of many calls counts.
        long least = Enumerable.Range(0, 20).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            tokenizer.EncodeIds(text);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.InRange(least, result, result + 1024);
    }

    private static string Train()
    {
        var random = new RandomStream(1, "ids");
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 500, SpecialTokens = ["<x>", "<y>"], MinFrequency = 1, Expression = @"\X{1,6}" });
        trainer.Add(Enumerable.Range(0, 300).Select(_ => RandomText(random)), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(trainer.Train(TestContext.Current.CancellationToken).ToJson());
    }

    private static Tokenizer Create(string preTokenizer, string? normalizer)
    {
        JsonNode json = JsonNode.Parse(s_trained)!;
        json["pre_tokenizer"] = JsonNode.Parse(preTokenizer);
        json["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer);
        JsonArray added = json["added_tokens"]!.AsArray();
        int id = json["model"]!["vocab"]!.AsObject().Count;
        foreach ((string content, string flag) in (ReadOnlySpan<(string, string)>)[("<l>", "lstrip"), ("<r>", "rstrip"), ("St", "single_word"), ("É", "normalized")])
        {
            added.Add(new JsonObject
            {
                ["id"] = id++, ["content"] = content, ["special"] = false, ["single_word"] = flag == "single_word", ["lstrip"] = flag == "lstrip",
                ["rstrip"] = flag == "rstrip", ["normalized"] = flag == "normalized",
            });
        }

        return TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static string Sequence(params string[] steps) => $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', steps)}}]}""";

    private static string Split(string expression) =>
        new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = expression }, ["behavior"] = "Isolated", ["invert"] = false }.ToJsonString();

    private static string RandomText(RandomStream random)
    {
        Rune[] runes = [.. Alphabet.EnumerateRunes()];
        string[] fragments = ["<x>", "<l>", "  <r>  ", " St ", "Street", "É", "E\u0301", "é", "rest", " the", "'ll", "\r\n\r\n", "中文分词", "1234567", "e\u0323\u0301"];
        var text = new StringBuilder();
        for (int length = 1 + random.NextInt32(30); length > 0; length--)
        {
            text.Append(random.NextInt32(8) == 0 ? fragments[random.NextInt32(fragments.Length)] : runes[random.NextInt32(runes.Length)].ToString());
        }

        return text.ToString();
    }
}
