using System.Collections.Immutable;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Post-processors, truncation and padding.</summary>
public sealed class PostProcessorTests
{
    private const string Template =
        """
        {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"C","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"S","type_id":0}}],
         "pair":[{"SpecialToken":{"id":"C","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"S","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"S","type_id":1}}],
         "special_tokens":{"C":{"id":"C","ids":[90],"tokens":["C"]},"S":{"id":"S","ids":[91],"tokens":["S"]}}}
        """;

    private const string Letters = """{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"c":3,"d":4,"e":5}}""";

    [Fact]
    public void Template_Pair_IsLaidOut()
    {
        TokenEncoding encoding = Build(Template).Encode("ab", "c", new EncodeOptions());

        Assert.Equal([90, 1, 2, 91, 3, 91], encoding.Ids);
        Assert.Equal([0, 0, 0, 0, 1, 1], encoding.TypeIds);
        Assert.Equal(ImmutableArray.Create<byte>(1, 0, 0, 1, 0, 1), encoding.SpecialTokensMask);
        Assert.Equal([null, 0, 0, null, 1, null], encoding.Sequences);
        Assert.Equal([null, 0, 1, null, 0, null], encoding.Words);
        Assert.Equal(new TokenOffset(0, 0), encoding.Offsets[0]);
        Assert.Equal(new TokenOffset(0, 1), encoding.Offsets[4]);
    }

    [Theory]
    [InlineData("""{"type":"BertProcessing","sep":["S",91],"cls":["C",90]}""", "90 1 91 2 91", "0 0 0 1 1")]
    [InlineData("""{"type":"RobertaProcessing","sep":["S",91],"cls":["C",90],"trim_offsets":false,"add_prefix_space":false}""", "90 1 91 91 2 91", "0 0 0 0 0 0")]
    public void FixedLayouts_Pair_AreLaidOut(string config, string ids, string types)
    {
        TokenEncoding encoding = Build(config).Encode("a", "b", new EncodeOptions());

        Assert.Equal(ids, string.Join(' ', encoding.Ids));
        Assert.Equal(types, string.Join(' ', encoding.TypeIds));
    }

    [Fact]
    public void Encode_WithoutSpecialTokens_AddsNone()
    {
        Assert.Equal([1], Build(Template).EncodeIds("a", addSpecialTokens: false));
    }

    [Fact]
    public void ByteLevel_TrimOffsets_LeavesTheSpaceOut()
    {
        Tokenizer tokenizer = TokenizerJson.Load(
            TokenizerJson.BpeModel, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false}""", postProcessor: """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}""");

        Assert.Equal(new TokenOffset(6, 7), tokenizer.Encode("hello w").Offsets[1]);
    }

    [Theory]
    [InlineData(TruncationSide.Right, 0, "abcde", "90 1 2 91", "90 3 4 91;90 5 91")]
    [InlineData(TruncationSide.Left, 0, "abcde", "90 4 5 91", "90 2 3 91;90 1 91")]
    [InlineData(TruncationSide.Right, 1, "abcd", "90 1 2 91", "90 2 3 91;90 3 4 91")]
    public void Truncation_OneText_GivesWindows(TruncationSide side, int stride, string text, string ids, string windows)
    {
        var options = new EncodeOptions { Truncation = new TruncationOptions { MaxLength = 4, Stride = stride, Side = side } };

        TokenEncoding encoding = Build(Template).Encode(text, null, options);

        Assert.Equal(ids, string.Join(' ', encoding.Ids));
        Assert.Equal(windows, string.Join(';', encoding.Overflowing.Select(window => string.Join(' ', window.Ids))));
    }

    [Theory]
    [InlineData(TruncationStrategy.LongestFirst, "ab", "abcde", "1 2 1 2")] // 4 tokens of text: both halves
    [InlineData(TruncationStrategy.LongestFirst, "a", "abcde", "1 1 2 3")]
    [InlineData(TruncationStrategy.OnlySecond, "ab", "abcde", "1 2 1 2")]
    [InlineData(TruncationStrategy.OnlyFirst, "abcde", "ab", "1 2 1 2")]
    public void Truncation_Pair_SharesTheRoom(TruncationStrategy strategy, string first, string second, string expected)
    {
        var options = new EncodeOptions { AddSpecialTokens = false, Truncation = new TruncationOptions { MaxLength = 4, Strategy = strategy } };

        Assert.Equal(expected, string.Join(' ', Build(Template).Encode(first, second, options).Ids));
    }

    [Fact]
    public void Truncation_ThatCannotBe_IsRefused()
    {
        Tokenizer tokenizer = Build(Template);
        EncodeOptions Options(int length, int stride, TruncationStrategy strategy = TruncationStrategy.LongestFirst) =>
            new() { Truncation = new TruncationOptions { MaxLength = length, Stride = stride, Strategy = strategy } };

        Assert.Throws<ArgumentException>(() => tokenizer.Encode("abc", null, Options(4, 2)));
        Assert.Throws<ArgumentException>(() => tokenizer.Encode("abc", "abcde", Options(6, 0, TruncationStrategy.OnlyFirst)));
        Assert.Throws<ArgumentException>(() => tokenizer.Encode("abcdeabcde", null, Options(4, 0, TruncationStrategy.OnlySecond)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("abc", null, Options(-1, 0)));
    }

    [Fact]
    public void Truncation_BelowTheSpecialTokens_DoesNothing()
    {
        var options = new EncodeOptions { Truncation = new TruncationOptions { MaxLength = 1 } };

        Assert.Equal([90, 1, 2, 91], Build(Template).Encode("ab", null, options).Ids);
    }

    [Theory]
    [InlineData(PaddingSide.Right, null, null, "90 1 91 0", "90 1 2 91")]
    [InlineData(PaddingSide.Left, null, null, "0 90 1 91", "90 1 2 91")]
    [InlineData(PaddingSide.Right, 5, null, "90 1 91 0 0", "90 1 2 91 0")]
    [InlineData(PaddingSide.Right, null, 3, "90 1 91 0 0 0", "90 1 2 91 0 0")]
    public void Padding_Batch_FillsUp(PaddingSide side, int? length, int? multiple, string first, string second)
    {
        var options = new EncodeOptions { Padding = new PaddingOptions { Side = side, Length = length, MultipleOf = multiple } };

        ImmutableArray<TokenEncoding> encodings = Build(Template).EncodeBatch([("a", null), ("ab", null)], options);

        Assert.Equal(first, string.Join(' ', encodings[0].Ids));
        Assert.Equal(second, string.Join(' ', encodings[1].Ids));
        Assert.Equal(encodings[0].Ids.Length - 3, encodings[0].AttentionMask.Count(mask => mask == 0));
        Assert.Equal("[PAD]", encodings[0].Tokens[side == PaddingSide.Left ? 0 : 3]);
    }

    [Fact]
    public void File_TruncationAndPadding_AreReadButNotApplied()
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(
            $$$"""
            {"truncation":{"max_length":2,"stride":0,"strategy":"LongestFirst","direction":"Left"},
             "padding":{"strategy":{"Fixed":7},"direction":"Left","pad_to_multiple_of":null,"pad_id":3,"pad_type_id":1,"pad_token":"P"},
             "pre_tokenizer":{"type":"FixedLength","length":1},"model":{{{Letters}}}}
            """);
        Tokenizer tokenizer = TokenizerLoader.FromJson(json);

        Assert.Equal([1, 2, 3], tokenizer.Encode("abc").Ids);
        Assert.Equal([3, 3, 3, 3, 3, 2, 3], tokenizer.Encode("abc", null, new EncodeOptions { Truncation = tokenizer.FileTruncation, Padding = tokenizer.FilePadding }).Ids);
    }

    private static Tokenizer Build(string postProcessor) => TokenizerJson.Load(Letters, preTokenizer: """{"type":"FixedLength","length":1}""", postProcessor: postProcessor);
}
