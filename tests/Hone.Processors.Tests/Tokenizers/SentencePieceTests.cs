using System.Text;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>SentencePiece models written by hand, field by field.</summary>
public sealed class SentencePieceTests
{
    private const int Unigram = 1, Bpe = 2, Word = 3, Char = 4;
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    [Fact]
    public void Bpe_MergesByScore_ThenFromTheLeft()
    {
        Tokenizer tokenizer = Load(Bpe, byteFallback: false, pieces: [("▁", -9, Normal), ("a", -9, Normal), ("b", -9, Normal), ("ab", -1, Normal), ("ba", -1, Normal), ("▁a", -2, Normal)]);

        // "▁aba": ab (score −1) leftmost of the two best; then nothing merges with it.
        Assert.Equal(["<s>", "▁", "ab", "a"], tokenizer.Encode("aba").Tokens);
        Assert.Equal([new TokenOffset(0, 1), new TokenOffset(0, 2), new TokenOffset(2, 3)], tokenizer.Encode("aba", addSpecialTokens: false).Offsets);
        Assert.Equal("aba", tokenizer.Decode(tokenizer.EncodeIds("aba")));
    }

    [Fact]
    public void Bpe_UnusedPieces_AreTakenApartAgain()
    {
        Tokenizer tokenizer = Load(Bpe, byteFallback: false, addDummyPrefix: false, pieces: [("a", -9, Normal), ("b", -9, Normal), ("ab", -1, Unused), ("abb", -2, Normal)]);

        Assert.Equal(["abb", "a", "b"], tokenizer.Encode("abbab", addSpecialTokens: false).Tokens);
    }

    [Fact]
    public void UserDefinedPieces_AreFoundFirst_ControlPiecesNever()
    {
        Tokenizer tokenizer = Load(Bpe, byteFallback: false, addDummyPrefix: false, pieces: [("a", -9, Normal), ("aa", -1, Normal), ("a<x>", 0, UserDefined)]);

        Assert.Equal(["a", "a<x>", "<s>"], tokenizer.Encode("aa<x><s>", addSpecialTokens: false).Tokens);  // <s> is three unknown characters
        Assert.Equal(0, tokenizer.EncodeIds("aa<x><s>", addSpecialTokens: false)[2]);
    }

    [Fact]
    public void Unigram_TakesTheBestSum()
    {
        Tokenizer tokenizer = Load(Unigram, byteFallback: false, pieces: [("▁", -3, Normal), ("▁a", -2, Normal), ("b", -1, Normal), ("ab", -1.5f, Normal)]);

        Assert.Equal(["▁a", "b", "</s>"], tokenizer.Encode("ab").Tokens);  // −3, against −4.5
        Assert.Equal([0, 1], tokenizer.EncodeIds("?", addSpecialTokens: false).Select(id => id == 3 ? 0 : 1));
    }

    [Theory]
    [InlineData(Word, "▁ab|▁a")]
    [InlineData(Char, "▁|a|b|▁|a")]
    public void WordAndChar_CutAtTheirPlaces(int algorithm, string expected)
    {
        Tokenizer tokenizer = Load(algorithm, byteFallback: false, pieces: [("▁ab", -1, Normal), ("▁a", -1, Normal), ("▁", -1, Normal), ("a", -1, Normal), ("b", -1, Normal)]);

        Assert.Equal(expected, string.Join('|', tokenizer.Encode("ab a", addSpecialTokens: false).Tokens));
    }

    [Fact]
    public void ByteFallback_GivesBytes_AndDecodesThem()
    {
        (string, float, int)[] bytes = [.. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, Byte))];
        Tokenizer tokenizer = Load(Bpe, byteFallback: true, pieces: [("▁", -1, Normal), .. bytes]);

        Assert.Equal(["▁", "<0xC3>", "<0xA9>"], tokenizer.Encode("é", addSpecialTokens: false).Tokens);
        Assert.Equal("é", tokenizer.Decode(tokenizer.EncodeIds("é")));
        Assert.Equal("\uFFFD\uFFFD", tokenizer.Decode([tokenizer.IdOf("<0xE4>")!.Value, tokenizer.IdOf("<0xB8>")!.Value]));  // one a byte
    }

    [Theory]
    [InlineData("  a  a ", true, "▁a|▁a")]
    [InlineData("  a  a ", false, "▁|▁|▁a|▁|▁a|▁")]
    [InlineData("   ", true, "")]
    public void ExtraWhitespace_GoesOrStays(string text, bool remove, string expected)
    {
        Tokenizer tokenizer = Load(Unigram, byteFallback: false, removeExtraWhitespaces: remove, pieces: [("▁", -3, Normal), ("▁a", -1, Normal)]);

        Assert.Equal(expected, string.Join('|', tokenizer.Encode(text, addSpecialTokens: false).Tokens));
    }

    [Fact]
    public void Unknown_DecodesToItsSurface()
    {
        Tokenizer tokenizer = Load(Unigram, byteFallback: false, pieces: [("▁a", -1, Normal)]);

        Assert.Equal("a \u2047 ", tokenizer.Decode([3, 0]));
    }

    [Fact]
    public void Read_EveryPrefixOfAModel_IsReadOrRefused()
    {
        byte[] model = Model(Unigram, true, true, true, [("▁a", -1, Normal), ("b", -2, Normal)]);
        for (int length = 0; length < model.Length; length++)
        {
            Exception? error = Record.Exception(() => TokenizerLoader.FromSentencePiece(model.AsSpan(0, length)));
            Assert.True(error is null or TokenizerFormatException, $"{length} bytes: {error}");
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })] // a piece of 4 GiB
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })] // an endless number
    [InlineData(new byte[] { 0x0A, 0x03, 0x0A, 0x01, 0xFF })] // text that is no UTF-8
    [InlineData(new byte[] { 0x0B })] // a group
    public void Read_Malformed_IsRefused(byte[] model)
    {
        TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.FromSentencePiece(model));

        Assert.NotEmpty(error.Facts);
        Assert.NotEmpty(error.Fix);
    }

    private static Tokenizer Load(
        int algorithm, bool byteFallback, bool addDummyPrefix = true, bool removeExtraWhitespaces = false, params (string Text, float Score, int Kind)[] pieces) =>
        TokenizerLoader.FromSentencePiece(Model(algorithm, byteFallback, addDummyPrefix, removeExtraWhitespaces, pieces));

    private static byte[] Model(int algorithm, bool byteFallback, bool addDummyPrefix, bool removeExtraWhitespaces, (string Text, float Score, int Kind)[] pieces)
    {
        var model = new List<byte>();
        foreach ((string text, float score, int kind) in ((string, float, int)[])[("<unk>", 0, Unknown), ("<s>", 0, Control), ("</s>", 0, Control), .. pieces])
        {
            model.AddRange(Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), (2 << 3) | 5, .. BitConverter.GetBytes(score), .. Field(3, kind)]));
        }

        model.AddRange(Field(2, [.. Field(3, algorithm), .. Field(35, byteFallback ? 1 : 0)]));
        model.AddRange(Field(3, [.. Field(3, addDummyPrefix ? 1 : 0), .. Field(4, removeExtraWhitespaces ? 1 : 0)]));
        return [.. model];
    }

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Field(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
