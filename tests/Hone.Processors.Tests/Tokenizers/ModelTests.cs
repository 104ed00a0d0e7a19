using System.Text;
using System.Text.Json;
using Hone.Processors.Tokenizers;
using Hone.Processors.Tokenizers.Formats;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>The four models and their options.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("helo", "he|l|o")]
    [InlineData("lll", "ll|l")] // of equal ranks the leftmost merges first
    [InlineData("hexor", "he|or")] // x is unknown and vanishes
    public void Bpe_Word_IsMergedByRank(string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel);

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void Bpe_VanishedCharacter_ShiftsWhatFollows()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel);

        // As in the library: positions count only what became tokens.
        Assert.Equal([new TokenOffset(0, 2), new TokenOffset(2, 4)], tokenizer.Encode("hexor").Offsets);
    }

    [Theory]
    [InlineData("\"fuse_unk\":false", "xy", "<unk>|<unk>")]
    [InlineData("\"fuse_unk\":true", "xyaz", "<unk>|a|<unk>")]
    [InlineData("\"byte_fallback\":true", "aé", "a|<0xC3>|<0xA9>")]
    [InlineData("\"byte_fallback\":true", "ñ", "<unk>")] // <0xB1> is missing
    [InlineData("\"continuing_subword_prefix\":\"##\"", "ab", "a##b")]
    [InlineData("\"end_of_word_suffix\":\"$\"", "ac", "a|c$")]
    [InlineData("\"ignore_merges\":true", "whole", "whole")]
    [InlineData("\"ignore_merges\":false", "whole", "<unk>|<unk>|<unk>|<unk>|<unk>")]
    public void Bpe_Options_Work(string option, string text, string expected)
    {
        string merges = option.Contains("##", StringComparison.Ordinal) ? """[["a","##b"]]""" : "[]";
        Tokenizer tokenizer = TokenizerJson.Load(
            $$"""{"type":"BPE","unk_token":"<unk>",{{option}},"vocab":{"<unk>":0,"a":1,"##b":2,"ab":3,"c$":4,"<0xC3>":5,"<0xA9>":6,"whole":7},"merges":{{merges}}}""");

        // "ab" without its prefix is what "a" and "##b" merge to.
        Assert.Equal(expected == "a##b" ? "ab" : expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void Bpe_UnknownTokenOutsideTheVocabulary_FailsOnlyWhenNeeded()
    {
        Tokenizer tokenizer = TokenizerJson.Load("""{"type":"BPE","unk_token":"?","vocab":{"a":0},"merges":[]}""");

        Assert.Equal([0], tokenizer.EncodeIds("a"));
        Assert.Throws<TokenizerFormatException>(() => tokenizer.Encode("b"));
    }

    [Theory]
    [InlineData("unable", "un|##able")]
    [InlineData("unably", "[UNK]")]
    [InlineData("toolongword", "[UNK]")]
    public void WordPiece_Word_IsCutIntoTheLongestTokens(string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(
            """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":6,"vocab":{"[UNK]":0,"un":1,"##able":2,"##a":3,"u":4,"too":5}}""");

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void WordLevel_Words_AreTokensOrUnknown()
    {
        Tokenizer tokenizer = TokenizerJson.Load("""{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"yes":1}}""", preTokenizer: """{"type":"Whitespace"}""");

        Assert.Equal([1, 0], tokenizer.EncodeIds("yes no"));
    }

    [Theory]
    [InlineData("abcdacdxx", "abcd|a|cd|xx")]
    [InlineData("", "")]
    public void Unigram_Text_IsCutIntoTheMostProbableTokens(string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(
            """{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",0.0],["b",0.0],["c",0.0],["d",0.0],["cd",1.0],["ab",2.0],["abc",5.0],["abcd",10.0]]}""");

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void Unigram_ByteFallback_GivesEveryByteTheWholeRange()
    {
        Tokenizer tokenizer = TokenizerJson.Load("""{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0.0],["<0xC3>",-9.0],["<0xA9>",-9.0],["a",-1.0]]}""");

        TokenEncoding encoding = tokenizer.Encode("éa");

        Assert.Equal(["<0xC3>", "<0xA9>", "a"], encoding.Tokens);
        Assert.Equal([new TokenOffset(0, 1), new TokenOffset(0, 1), new TokenOffset(1, 2)], encoding.Offsets);
    }

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("-20", -20.0)]
    [InlineData("1.5e3", 1500.0)]
    [InlineData("-5.129043102264404", -5.129043102264404)]
    [InlineData("1e-400", 0.0)]
    [InlineData("12345678901234567890123", 1.2345678901234567e22)]
    public void ScoreReader_Number_IsReadAsTheLibraryReadsIt(string text, double expected) => Assert.Equal(expected, ScoreReader.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void ScoreReader_SeventeenDigits_RoundsTwice()
    {
        // 12130167007446289 needs 54 bits: it becomes ...288 first, and then is divided by 10^15.
        const string Text = "-12.130167007446289";
        double expected = -(12130167007446288.0 / 1e15);

        Assert.Equal(expected, ScoreReader.Parse(Encoding.UTF8.GetBytes(Text)));
        Assert.NotEqual(JsonDocument.Parse(Text).RootElement.GetDouble(), expected);
    }
}
