using Hone.Inference;
using Hone.Models.Checkpoints;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>llama.cpp's vocabulary tests: texts and the ids that its tokenizers give, with the vocabulary of the GGUF file beside them or of the same model.</summary>
public sealed class LlamaCppVocabularyTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    /// <summary>Vocabularies that come without a GGUF file but equal that of a tokenizer at hand.</summary>
    private static readonly Dictionary<string, string> s_sameVocabulary = new(StringComparer.Ordinal)
    {
        ["qwen2"] = "qwen3",
        ["deepseek-r1-qwen"] = "qwen3",
        ["llama-bpe"] = "llama3",
    };

    public static TheoryData<string> Inputs
    {
        get
        {
            string folder = SharedData.At("data", "tokenizers");
            return Directory.Exists(folder)
                ? new TheoryData<string>(Directory.EnumerateFiles(folder, "*.gguf.inp", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal))
                : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Inputs))]
    public void EncodeIds_EveryText_EqualsLlamaCpp(string input)
    {
        string path = SharedData.At("data", "tokenizers", input);
        Tokenizer tokenizer = Load(path[..^".inp".Length]);
        string[] texts = File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Split(Separator);  // some were checked out with CR LF
        string[] lines = File.ReadAllLines(Path.ChangeExtension(path, ".out"));
        var differences = new DifferenceList();
        Assert.True(lines.Length >= texts.Length - 1, $"{texts.Length} texts, {lines.Length} results");
        foreach ((string text, string line) in texts.Zip(lines))
        {
            int[] expected = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            differences.Compare(text, expected, TokenizerFixtures.FastIds(tokenizer, text, addSpecialTokens: false));
            differences.Compare(text + " (with offsets)", expected, tokenizer.Encode(text, addSpecialTokens: false).Ids);
        }

        differences.AssertNone();
    }

    [Fact]
    public void Tokenizer_OfAModelsGguf_EqualsItsTokenizerJson()
    {
        string folder = SharedData.At("models", "smollm2-135m-instruct");
        string? file = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.gguf").FirstOrDefault() : null;
        Assert.SkipWhen(file is null, "no model with a GGUF file under HONE_SHARED");
        Tokenizer expected = TokenizerLoader.Load(folder);
        Tokenizer actual = FromGguf(file!);
        var differences = new DifferenceList();
        foreach (string text in TokenizerFixtures.Texts.Values)
        {
            int[] ids = expected.EncodeIds(text);
            differences.Compare(text, ids, TokenizerFixtures.FastIds(actual, text));
            differences.Compare(text + " offsets", expected.Encode(text).Offsets, actual.Encode(text).Offsets);
            differences.Compare(text + " decoded", expected.Decode(ids, skipSpecialTokens: false), actual.Decode(ids, skipSpecialTokens: false));
            differences.Compare(text + " without special tokens", expected.Decode(ids), actual.Decode(ids));
        }

        differences.AssertNone();
        Assert.Equal(expected.Special.Bos, actual.Special.Bos);
        Assert.Equal(expected.Special.Eos, actual.Special.Eos);
    }

    private static Tokenizer Load(string gguf)
    {
        if (File.Exists(gguf))
        {
            return FromGguf(gguf);
        }

        string name = Path.GetFileNameWithoutExtension(gguf)["ggml-vocab-".Length..];
        Assert.SkipUnless(s_sameVocabulary.ContainsKey(name), $"no vocabulary of {name} at hand");
        return TokenizerFixtures.Load(s_sameVocabulary[name]);
    }

    private static Tokenizer FromGguf(string path)
    {
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(path);
        return TokenizerLoader.FromVocabulary(GgufVocabularies.Read(checkpoint.Metadata));
    }
}
