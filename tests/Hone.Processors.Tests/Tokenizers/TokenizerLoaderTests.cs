using System.Text;
using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>The file formats besides <c>tokenizer.json</c>, and the settings beside it.</summary>
public sealed class TokenizerLoaderTests
{
    private const string Words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nwor\n##ld\n!\n";

    private static string Json => Encoding.UTF8.GetString(TokenizerJson.Bytes(
        """{"type":"WordLevel","unk_token":"<unk>","vocab":{"<unk>":0,"a":1,"b":2,"<s>":3,"</s>":4}}""", preTokenizer: """{"type":"FixedLength","length":1}"""));

    [Fact]
    public void VocabText_IsBert()
    {
        using var folder = new TokenizerFolder(("vocab.txt", Words));

        Tokenizer tokenizer = folder.Load();

        Assert.Equal(["[CLS]", "hello", "wor", "##ld", "!", "[SEP]"], tokenizer.Encode("Héllo World!").Tokens);
        Assert.Equal("hello world!", tokenizer.Decode(tokenizer.EncodeIds("Hello World!")));
        Assert.Equal("[PAD]", tokenizer.Special.Pad);
        Assert.Equal(tokenizer.EncodeIds("hello"), TokenizerLoader.Load(folder.At("vocab.txt")).EncodeIds("hello"));
    }

    [Fact]
    public void VocabText_Settings_TakeEffect()
    {
        using var folder = new TokenizerFolder(("vocab.txt", Words), ("tokenizer_config.json", """{"do_lower_case":false,"tokenizer_class":"BertTokenizer","model_max_length":512,"padding_side":"left"}"""));

        Tokenizer tokenizer = folder.Load();

        Assert.Equal(["[CLS]", "[UNK]", "[SEP]"], tokenizer.Encode("Hello").Tokens);
        Assert.Equal(512, tokenizer.ModelMaxLength);
        Assert.Equal(PaddingSide.Left, tokenizer.PaddingSide);
        Assert.Null(tokenizer.TruncationSide);
    }

    [Fact]
    public void VocabText_WithoutSpecialTokens_IsRefused()
    {
        using var folder = new TokenizerFolder(("vocab.txt", "hello\n"));

        Assert.Throws<TokenizerFormatException>(folder.Load);
    }

    [Fact]
    public void VocabAndMerges_WithoutClass_AreGpt2()
    {
        using var folder = new TokenizerFolder(("vocab.json", """{"a":0,"b":1,"Ġ":2,"Ġa":3,"<|endoftext|>":4}"""), ("merges.txt", "#version: 0.2\nĠ a\n"));

        Tokenizer tokenizer = folder.Load();

        Assert.Equal(["b", "Ġa", "<|endoftext|>", "a"], tokenizer.Encode("b a<|endoftext|>a").Tokens);
        Assert.Equal("b a", tokenizer.Decode([1, 3, 4]));
        Assert.True(tokenizer.IsSpecial(4));
    }

    [Fact]
    public void VocabAndMerges_Clip_DecodesWordsEndsAsSpaces()
    {
        using var folder = new TokenizerFolder(
            ("vocab.json", """{"a":0,"b</w>":1,"a</w>":2,"ab</w>":3,"<|startoftext|>":4,"<|endoftext|>":5}"""), ("merges.txt", "a b</w>\n"), ("tokenizer_config.json", """{"tokenizer_class":"CLIPTokenizer"}"""));

        Tokenizer tokenizer = folder.Load();

        Assert.Equal(["<|startoftext|>", "ab</w>", "a</w>", "<|endoftext|>"], tokenizer.Encode("AB  a").Tokens);
        Assert.Equal("ab a", tokenizer.Decode([4, 3, 2, 5]));
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"NonsenseTokenizer"}""", "x y\n")]
    [InlineData("{}", "x\n")]
    [InlineData("{}", "a x\n")]
    public void VocabAndMerges_Broken_AreRefused(string settings, string merges)
    {
        using var folder = new TokenizerFolder(("vocab.json", """{"a":0}"""), ("merges.txt", merges), ("tokenizer_config.json", settings));

        Assert.Throws<TokenizerFormatException>(folder.Load);
    }

    [Fact]
    public void Settings_BesideTokenizerJson_AddTokensAndTheirRoles()
    {
        using var folder = new TokenizerFolder(
            ("tokenizer.json", Json),
            ("special_tokens_map.json", """{"unk_token":"<unk>"}"""),
            ("tokenizer_config.json", """{"bos_token":{"content":"<s>"},"eos_token":"</s>","additional_special_tokens":["<|im_start|>"],"added_tokens_decoder":{"9":{"content":"<t>","special":false}},"model_max_length":1e30}"""));

        Tokenizer tokenizer = folder.Load();

        Assert.Equal(["a", "<s>", "<|im_start|>", "<t>", "b"], tokenizer.Encode("a<s><|im_start|><t>b").Tokens);
        Assert.Equal(("<s>", "</s>", "<unk>"), (tokenizer.Special.Bos, tokenizer.Special.Eos, tokenizer.Special.Unk));
        Assert.Equal(["<|im_start|>"], tokenizer.Special.Additional);
        Assert.True(tokenizer.IsSpecial(3));
        Assert.False(tokenizer.IsSpecial(tokenizer.IdOf("<t>")!.Value));
        Assert.Null(tokenizer.ModelMaxLength);
    }

    [Theory]
    [InlineData("\"add_bos_token\":true", "3 1")]
    [InlineData("\"add_bos_token\":true,\"add_eos_token\":true", "3 1 4")]
    [InlineData("\"add_bos_token\":false", "1")]
    public void Settings_AddBosAndEos_ReplaceThePostProcessor(string setting, string expected)
    {
        using var folder = new TokenizerFolder(("tokenizer.json", Json), ("tokenizer_config.json", $$"""{"bos_token":"<s>","eos_token":"</s>",{{setting}}}"""));

        Assert.Equal(expected, string.Join(' ', folder.Load().EncodeIds("a")));
    }

    [Fact]
    public void Settings_CleanUp_IsForWordsAlone()
    {
        const string Settings = """{"clean_up_tokenization_spaces":true}""";
        string bpe = Encoding.UTF8.GetString(TokenizerJson.Bytes("""{"type":"BPE","vocab":{"a":0,".":1},"merges":[]}"""));
        string words = Encoding.UTF8.GetString(TokenizerJson.Bytes("""{"type":"WordLevel","unk_token":"a","vocab":{"a":0,".":1}}"""));
        using var first = new TokenizerFolder(("tokenizer.json", bpe), ("tokenizer_config.json", Settings));
        using var second = new TokenizerFolder(("tokenizer.json", words), ("tokenizer_config.json", Settings));

        Assert.Equal("a .", first.Load().Decode([0, 1]));
        Assert.Equal("a.", second.Load().Decode([0, 1]));
    }

    [Fact]
    public void Tiktoken_WithLayout_MergesByRank()
    {
        string ranks = string.Join('\n', ((string[])["a", "b", " ", "ab", " a"]).Select((token, rank) => $"{Convert.ToBase64String(Encoding.UTF8.GetBytes(token))} {rank}"));
        using var folder = new TokenizerFolder(("test.tiktoken", ranks));
        var layout = new TiktokenLayout { Name = "test", Expression = @" ?\p{L}+|\s+", SpecialTokens = [("<|end|>", 7)], Bos = "<|end|>" };

        Tokenizer tokenizer = TokenizerLoader.LoadTiktoken(folder.At("test.tiktoken"), layout);

        Assert.Equal([7, 3, 4, 7], tokenizer.EncodeIds("ab a<|end|>"));
        Assert.Equal("ab a", tokenizer.Decode([7, 3, 4]));
        Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.Load(folder.At("test.tiktoken")));  // 5 tokens: no known layout
    }

    [Theory]
    [InlineData("YQ== 0\nYQ== 1")]
    [InlineData("YQ== 0\nYg== 0")]
    [InlineData("YQ== 0\nnonsense")]
    [InlineData("YQ== -1")]
    public void Tiktoken_Broken_IsRefused(string ranks)
    {
        using var folder = new TokenizerFolder(("test.tiktoken", ranks));

        Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.LoadTiktoken(folder.At("test.tiktoken"), new TiktokenLayout { Name = "test", Expression = "." }));
    }

    [Fact]
    public void Load_UnknownFormat_IsRefused()
    {
        using var folder = new TokenizerFolder(("tokenizer.model", "neither the one nor the other"));

        Assert.Throws<TokenizerFormatException>(folder.Load);
    }
}
