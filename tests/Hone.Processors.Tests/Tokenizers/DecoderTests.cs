using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Each decoder by hand-made cases.</summary>
public sealed class DecoderTests
{
    [Theory]
    [InlineData(null, "a|b", "a b")]
    [InlineData("""{"type":"ByteLevel"}""", "ĠÃ|©|Ġ|x", " é x")]
    [InlineData("""{"type":"ByteLevel"}""", "Ã|x|😀", "\uFFFDx😀")] // half a character; a token that is no bytes stays
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "do|##n|'|t|.", "don ' t.")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":false}""", "a|##b|.", "ab .")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "▁a|▁b▁", "a b ")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁a|b", " ab")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", "a</w>|b|c</w>", "a bc")]
    [InlineData("""{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}""", "h|h|<pad>|h|i", "hhi")]
    [InlineData("""{"type":"ByteFallback"}""", "<0xE4>|<0xB8>|<0xAD>|x|<0xff>|<0x41>", "中x\uFFFD\uFFFD")]
    [InlineData("""{"type":"Fuse"}""", "a|b", "ab")]
    [InlineData("""{"type":"Strip","content":" ","start":1,"stop":1}""", "  a |b", " ab")]
    [InlineData("""{"type":"Replace","pattern":{"String":"▁"},"content":" "}""", "▁a|▁", " a ")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""", " |a", "a")]
    public void Decoder_Tokens_BecomeText(string? config, string tokens, string expected)
    {
        // "|" separates the tokens here, and two "||" around nothing are the token "|" of none of the cases.
        string[] texts = tokens.Split('|');
        string[] vocabulary = [.. texts.Distinct()];
        string model = $$"""{"type":"Unigram","unk_id":0,"vocab":{{JsonSerializer.Serialize(vocabulary.Select(token => new object[] { token, 0.0 }))}}}""";
        Tokenizer tokenizer = TokenizerJson.Load(model, decoder: config);

        Assert.Equal(expected, tokenizer.Decode([.. texts.Select(token => Array.IndexOf(vocabulary, token))]));
    }

    [Fact]
    public void Decode_UnknownIds_AreLeftOut()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BpeModel);

        Assert.Equal("hello or", tokenizer.Decode([11, 99, -1, 12]));
    }

    [Fact]
    public void DecodeStream_HalfCharacters_WaitForTheirRest()
    {
        Tokenizer tokenizer = TokenizerJson.Load(
            """{"type":"BPE","vocab":{"Ã":0,"©":1,"a":2,"<s>":3},"merges":[]}""", decoder: """{"type":"ByteLevel"}""", added: $"[{TokenizerJson.Added(3, "<s>", "special")}]");
        DecodeStream stream = tokenizer.CreateDecodeStream();

        Assert.Equal(["a", "", "é", "", "a", ""], ((int[])[2, 0, 1, 3, 2, 0]).Select(stream.Append));
        Assert.Equal("\uFFFD", stream.Finish());
        Assert.Equal("", stream.Finish());
        Assert.Equal("a", stream.Append(2));
    }

    [Fact]
    public void DecodeStream_SpecialTokens_AreShownOnDemand()
    {
        Tokenizer tokenizer = TokenizerJson.Load("""{"type":"BPE","vocab":{"a":0,"<s>":1},"merges":[]}""", decoder: """{"type":"Fuse"}""", added: $"[{TokenizerJson.Added(1, "<s>", "special")}]");
        DecodeStream stream = tokenizer.CreateDecodeStream(skipSpecialTokens: false);

        Assert.Equal(["<s>", "a"], ((int[])[1, 0]).Select(stream.Append));
    }
}
