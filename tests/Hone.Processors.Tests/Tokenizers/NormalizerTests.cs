using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Each normalizer by hand-made cases: the text and what it is aligned with.</summary>
public sealed class NormalizerTests
{
    [Theory]
    [InlineData("""{"type":"NFC"}""", "e\u0301x", "éx")]
    [InlineData("""{"type":"NFC"}""", "\u1100\u1161\u11A8", "각")]
    [InlineData("""{"type":"NFC"}""", "a\u0327\u0301", "\u00E1\u0327")] // a + cedilla (202) + acute (230): the acute is not blocked
    [InlineData("""{"type":"NFD"}""", "é각", "e\u0301\u1100\u1161\u11A8")]
    [InlineData("""{"type":"NFD"}""", "a\u0301\u0327", "a\u0327\u0301")] // marks sort by class
    [InlineData("""{"type":"NFKC"}""", "ﬁ①", "fi1")]
    [InlineData("""{"type":"NFKD"}""", "ﬁÅ", "fiA\u030A")]
    [InlineData("""{"type":"Lowercase"}""", "ÀBΣİ", "àbσi\u0307")]
    [InlineData("""{"type":"StripAccents"}""", "e\u0301\u0300x", "ex")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", " \u3000aé ", "aé")]
    [InlineData("""{"type":"Strip","strip_left":false,"strip_right":true}""", " a ", " a")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", " \t ", "")]
    [InlineData("""{"type":"Nmt"}""", "a\u0001b\tc\u200Bd", "ab c d")]
    [InlineData("""{"type":"Replace","pattern":{"String":"aa"},"content":"b"}""", "aaa", "ba")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"\\s+"},"content":"_"}""", "a \n b", "a_b")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"x*"},"content":"-"}""", "ab", "-a-b-")] // empty matches count, but not right behind a match
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "a", "▁a")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "", "")]
    [InlineData("""{"type":"ByteLevel"}""", "é a", "Ã©Ġa")]
    [InlineData("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""", "\u0000É中\u200E", "e 中 ")]
    [InlineData("""{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":false,"lowercase":true}""", "É中", "é中")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"}]}""", "É", "e")]
    public void Normalizer_Text_IsRewritten(string config, string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(normalizer: config);

        Assert.Equal(expected, string.Concat(tokenizer.Encode(text).Tokens));
    }

    [Theory]
    [InlineData("""{"type":"NFC"}""", "xe\u0301y", "0-1 1-2 3-4")] // the composed character stands where its base stood
    [InlineData("""{"type":"NFKD"}""", "xﬁy", "0-1 1-2 1-2 2-3")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "ab", "0-1 0-1 1-2")]
    [InlineData("""{"type":"Replace","pattern":{"String":"bc"},"content":"XYZ"}""", "abcd", "0-1 2-3 2-3 2-3 3-4")] // aligned with the last code point replaced
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", "  ab ", "2-3 3-4")]
    [InlineData("""{"type":"ByteLevel"}""", "aéb", "0-1 1-2 1-2 2-3")]
    [InlineData("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}""", "a中b", "0-1 1-2 1-2 1-2 2-3")]
    [InlineData("""{"type":"Lowercase"}""", "😀İ!", "0-1 1-2 1-2 2-3")] // code points, not UTF-16 units
    public void Normalizer_Characters_KeepTheirPlaceInTheOriginal(string config, string text, string expected)
    {
        Tokenizer tokenizer = TokenizerJson.Load(normalizer: config, preTokenizer: """{"type":"FixedLength","length":1}""");

        Assert.Equal(expected, string.Join(' ', tokenizer.Encode(text).Offsets.Select(offset => $"{offset.Start}-{offset.End}")));
    }

    [Fact]
    public void Precompiled_Clusters_TakeTheirShortestEntry()
    {
        // Root 'a' → "X". Unit 0 is the root with offset 2 (unit 2 ^ 'a' = 99 holds label 'a'); the leaf of 99 lies at 98.
        var units = new uint[256];
        units[0] = 2u << 10;
        units[2 ^ 'a'] = ((uint)((2 ^ 'a') ^ 98) << 10) | (1u << 8) | 'a';
        units[98] = 0x80000000;
        byte[] bytes = [.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), (byte)'X', 0];
        string config = JsonSerializer.Serialize(new Dictionary<string, string> { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(bytes) });

        Tokenizer tokenizer = TokenizerJson.Load(normalizer: config);

        Assert.Equal("Xb", string.Concat(tokenizer.Encode("ab").Tokens));
        Assert.Equal("X", string.Concat(tokenizer.Encode("a\u0301").Tokens));  // a whole cluster of 3 bytes begins with the entry
    }
}
