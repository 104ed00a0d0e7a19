using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Each pre-tokenizer by hand-made cases.</summary>
public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false}""", "Hey you're  1", "Hey|Ġyou|'re|Ġ|Ġ1")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true}""", "a", "Ġa")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", "a b", "aĠb")]
    [InlineData("""{"type":"Whitespace"}""", "Hey, 你好_x!?", "Hey|,|你好_x|!?")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " a,b\u00A0c ", "a,b|c")]
    [InlineData("""{"type":"BertPreTokenizer"}""", "don't $1", "don|'|t|$|1")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "ab12", "ab|1|2")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "ab12½c", "ab|12½|c")]
    [InlineData("""{"type":"UnicodeScripts"}""", "abのカ漢 x", "ab|のカ漢 |x")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"_"}""", "a__b", "a|b")]
    [InlineData("""{"type":"FixedLength","length":2}""", "a😀bcd", "a😀|bc|d")]
    [InlineData("""{"type":"Punctuation","behavior":"Isolated"}""", "a,b", "a|,|b")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed","invert":false}""", "the-final--countdown", "the|final|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated","invert":false}""", "the-final--countdown", "the|-|final|-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious","invert":false}""", "the-final--countdown", "the-|final-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":false}""", "the-final--countdown", "the|-final|-|-countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous","invert":false}""", "the-final--countdown", "the|-|final|--|countdown")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true}""", "ab1cd", "ab|cd")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", "a b", "▁a|▁b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", "a  b", "a|▁|▁b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""", "a b", "▁a▁b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":false}""", "a b", "a|▁b")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits","individual_digits":true}]}""", "a1 2", "a|1|2")]
    public void PreTokenizer_Text_IsSplit(string config, string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(preTokenizer: config);

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void Metaspace_First_LeavesTextAfterAnAddedTokenAlone()
    {
        Tokenizer tokenizer = TokenizerJson.Load(
            preTokenizer: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""", added: $"[{TokenizerJson.Added(1, "<x>", "special")}]");

        Assert.Equal("▁a|<x>|b", string.Join('|', tokenizer.Encode("a<x>b").Tokens));
    }

    [Fact]
    public void Words_CountPieces()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false}""");

        TokenEncoding encoding = tokenizer.Encode("hello wor");

        Assert.Equal(["hello", "Ġw", "or"], encoding.Tokens);
        Assert.Equal([0, 1, 1], encoding.Words);
        Assert.Equal([new TokenOffset(0, 5), new TokenOffset(5, 7), new TokenOffset(7, 9)], encoding.Offsets);
    }
}
