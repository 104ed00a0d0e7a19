using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Formats whose results follow from another file: a vocab.txt beside a tokenizer.json, SentencePiece's own test model on its own text.</summary>
public sealed class OtherFormatTests
{
    [Fact]
    public void VocabText_OfAModel_EqualsItsTokenizerJson()
    {
        string folder = SharedData.At("models", "all-minilm-l6-v2");
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "vocab.txt")), "no model with a vocab.txt under HONE_SHARED");
        Tokenizer expected = TokenizerLoader.Load(folder);
        Tokenizer actual = TokenizerLoader.Load(Path.Combine(folder, "vocab.txt"));
        var differences = new DifferenceList();
        foreach (string text in TokenizerFixtures.Texts.Values)
        {
            TokenEncoding encoding = expected.Encode(text);
            differences.Compare(text, encoding.Ids, actual.Encode(text).Ids);
            differences.Compare(text + " offsets", encoding.Offsets, actual.Encode(text).Offsets);
            differences.Compare(text + " decoded", expected.Decode(encoding.Ids.AsSpan()), actual.Decode(encoding.Ids.AsSpan()));
        }

        differences.AssertNone();
        Assert.Equal(512, expected.ModelMaxLength);
        Assert.Equal("[PAD]", expected.Special.Pad);
    }

    [Fact]
    public void SentencePieceModel_ItsOwnCorpus_ComesBack()
    {
        string folder = SharedData.At("data", "tokenizers", "sentencepiece");
        string model = Path.Combine(folder, "python", "test", "test_model.model");
        Assert.SkipUnless(File.Exists(model), "no SentencePiece test model under HONE_SHARED");
        Tokenizer tokenizer = TokenizerLoader.Load(model);
        var differences = new DifferenceList();
        foreach (string line in File.ReadLines(Path.Combine(folder, "data", "botchan.txt")).Where(line => line.Length > 0 && line.All(char.IsAscii)))
        {
            int[] ids = tokenizer.EncodeIds(line, addSpecialTokens: false);
            if (!ids.Contains(0))
            {
                // The model's normalization makes runs of white space one space and removes those at the ends.
                differences.Compare(line, string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), tokenizer.Decode(ids));
            }
        }

        differences.AssertNone();
    }

    [Fact]
    public void Settings_OfAFolder_TakeEffect()
    {
        string folder = SharedData.At("models", "smollm2-135m-instruct");
        Assert.SkipUnless(Directory.Exists(folder), "no SmolLM2 under HONE_SHARED");
        Tokenizer tokenizer = TokenizerLoader.Load(folder);

        Assert.Equal("<|im_start|>", tokenizer.Special.Bos);
        Assert.Equal("<|im_end|>", tokenizer.Special.Eos);
        Assert.Equal("<|im_end|>", tokenizer.Special.Pad);
        Assert.Equal(8192, tokenizer.ModelMaxLength);
        Assert.True(tokenizer.IsSpecial(tokenizer.IdOf("<|im_start|>")!.Value));
    }
}
