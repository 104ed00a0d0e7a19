using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>Tokenizers from the plain values that a GGUF file carries.</summary>
public sealed class GgufVocabularyTests
{
    private static GgufVocabulary ByteLevel => new()
    {
        Model = "gpt2",
        Pre = "qwen2",
        Tokens = ["a", "b", "Ġ", "Ġa", "<s>", "<tool>", "1"],
        TokenTypes = [1, 1, 1, 1, 3, 4, 1],
        Merges = ["Ġ a"],
        BosId = 4,
    };

    [Fact]
    public void Gpt2_SplitsByItsName_AndFindsSpecialTokens()
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(ByteLevel);

        Assert.Equal(["b", "Ġa", "1", "1", "<tool>", "<s>"], tokenizer.Encode("b a11<tool><s>").Tokens);
        Assert.Equal("b a11<tool>", tokenizer.Decode(tokenizer.EncodeIds("b a11<tool><s>")));
        Assert.Equal("<s>", tokenizer.Special.Bos);
    }

    [Theory]
    [InlineData(null, "qwen2", "0")]
    [InlineData(true, "qwen2", "4 0")]
    [InlineData(null, "llama-bpe", "4 0")]
    [InlineData(false, "llama-bpe", "0")]
    public void AddBos_IsWhatTheFileSays_OrTheKindsCustom(bool? addBos, string pre, string expected)
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(ByteLevel with { AddBos = addBos, Pre = pre });

        Assert.Equal(expected, string.Join(' ', tokenizer.EncodeIds("a")));
    }

    [Fact]
    public void EveryPreTokenizerName_Compiles()
    {
        int count = 0;
        foreach (string name in Hone.Processors.Tokenizers.Formats.GgufSplits.ByName.Keys)
        {
            Assert.Equal("ab a1", TokenizerLoader.FromVocabulary(ByteLevel with { Pre = name, AddBos = false }) is { } tokenizer ? tokenizer.Decode(tokenizer.EncodeIds("ab a1")) : "");
            count++;
        }

        Assert.True(count > 60, $"{count} names");
    }

    [Fact]
    public void Llama_MergesByScore_WithASpaceBeforeEveryText()
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(new GgufVocabulary
        {
            Model = "llama",
            Tokens = ["<unk>", "<s>", "</s>", "▁", "a", "▁a", "aa"],
            Scores = [0, 0, 0, -9, -9, -2, -1],
            TokenTypes = [2, 3, 3, 1, 1, 1, 1],
            BosId = 1,
            UnkId = 0,
        });

        Assert.Equal(["<s>", "▁", "aa", "</s>", "▁a"], tokenizer.Encode("aa</s>a").Tokens);
        Assert.Equal("aa a", tokenizer.Decode(tokenizer.EncodeIds("aa</s>a")));
    }

    [Fact]
    public void Bert_MarksOfWords_BecomeMarksOfContinuations()
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(new GgufVocabulary
        {
            Model = "bert",
            Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁play", "ing"],
            TokenTypes = [3, 3, 3, 3, 1, 1],
            UnkId = 1,
            ClsId = 2,
            SepId = 3,
        });

        Assert.Equal([2, 4, 5, 3], tokenizer.EncodeIds("Playing"));
        Assert.Equal("playing", tokenizer.Decode([2, 4, 5, 3]));
    }

    [Fact]
    public void T5_EndsTexts()
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(new GgufVocabulary
        {
            Model = "t5",
            Tokens = ["<pad>", "</s>", "<unk>", "▁a"],
            Scores = [0, 0, 0, -1],
            TokenTypes = [3, 3, 2, 1],
            EosId = 1,
            UnkId = 2,
        });

        Assert.Equal([3, 1], tokenizer.EncodeIds(" a "));
    }

    [Fact]
    public void Phi3_SpecialTokens_SwallowTheSpaceBehindThem()
    {
        Tokenizer tokenizer = TokenizerLoader.FromVocabulary(ByteLevel with { ModelName = "Phi-3 mini", AddBos = false });

        Assert.Equal(["<tool>\u00A0 ", "a"], tokenizer.Encode("<tool>\u00A0 a").Tokens);
    }

    public static TheoryData<GgufVocabulary> Broken =>
    [
        ByteLevel with { Model = "rwkv" },
        ByteLevel with { Pre = "nonsense" },
        ByteLevel with { Merges = ["a"] },
        ByteLevel with { Merges = ["a x"] },
        ByteLevel with { BosId = 7 },
        ByteLevel with { TokenTypes = [1] },
        ByteLevel with { Model = "llama" },
        ByteLevel with { Model = "llama", Scores = [0] },
        ByteLevel with { Model = "llama", Scores = [0, 0, 0, 0, 0, 0, 0] },
        ByteLevel with { Model = "bert" },
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_IsRefused(GgufVocabulary vocabulary)
    {
        TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() => TokenizerLoader.FromVocabulary(vocabulary));

        Assert.NotEmpty(error.What);
        Assert.NotEmpty(error.Where);
        Assert.NotEmpty(error.Facts);
        Assert.NotEmpty(error.Fix);
    }
}
