using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Added tokens and their flags.</summary>
public sealed class AddedTokenTests
{
    [Theory]
    [InlineData("a<x>b", "a|<x>|b", "")]
    [InlineData("a  <x>  b", "a|  <x>|  b", "lstrip")]
    [InlineData("a  <x>  b", "a  |<x>  |b", "rstrip")]
    [InlineData("a<x> <x>b", "a<x> <x>b", "single_word")]
    [InlineData("a <x>! <x>", "a |<x>|! |<x>", "single_word")]
    [InlineData("A<X>", "a<x>", "")]
    [InlineData("A<X>", "a|<x>", "normalized")]
    public void AddedToken_InText_MatchesByItsFlags(string text, string expected, string flag)
    {
        Tokenizer tokenizer = TokenizerJson.Load(normalizer: """{"type":"Lowercase"}""", added: $"[{TokenizerJson.Added(1, "<x>", flag)}]");

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text).Tokens));
    }

    [Fact]
    public void AddedTokens_Overlapping_LeftmostThenLongestWins()
    {
        Tokenizer tokenizer = TokenizerJson.Load(added: $"[{TokenizerJson.Added(1, "ab")},{TokenizerJson.Added(2, "abc")},{TokenizerJson.Added(3, "bcd")}]");

        Assert.Equal("abc|d", string.Join('|', tokenizer.Encode("abcd").Tokens));
    }

    [Fact]
    public void AddedTokens_Ids_ComeFromTheVocabularyOrFollowIt()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel, added: $"[{TokenizerJson.Added(14, "<x>", "special")},{TokenizerJson.Added(99, "<y>")}]");

        Assert.Equal(14, tokenizer.IdOf("<x>"));
        Assert.Equal(15, tokenizer.IdOf("<y>"));
        Assert.Equal(16, tokenizer.VocabularySize);
        Assert.Equal("<y>", tokenizer.TokenOf(15));
        Assert.True(tokenizer.IsSpecial(14));
        Assert.False(tokenizer.IsSpecial(15));
        Assert.Null(tokenizer.IdOf("nothing"));
        Assert.Null(tokenizer.TokenOf(16));
    }

    [Fact]
    public void Decode_SpecialTokens_AreSkippedOnDemand()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel, decoder: """{"type":"Fuse"}""", added: $"[{TokenizerJson.Added(14, "<x>", "special")}]");

        Assert.Equal("hello", tokenizer.Decode([14, 11]));
        Assert.Equal("<x>hello", tokenizer.Decode([14, 11], skipSpecialTokens: false));
    }

    [Fact]
    public void Encode_LoneSurrogates_CountAsReplacementCharacters()
    {
        Tokenizer tokenizer = TokenizerJson.Load(normalizer: """{"type":"NFC"}""");

        Assert.Equal("a\uFFFD\uFFFD😀b", string.Concat(tokenizer.Encode("a\uDC00\uD800😀b").Tokens));
    }
}
