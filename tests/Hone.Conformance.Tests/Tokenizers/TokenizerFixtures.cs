using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>The texts of the tokenizer fixtures and the tokenizers that their file names stand for.</summary>
internal static class TokenizerFixtures
{
    private static readonly Lazy<Dictionary<string, string>> s_texts = new(() =>
        Lines("texts.jsonl").ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("text").GetString()!));

    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer?>> s_tokenizers = new();

    /// <summary>Texts by id.</summary>
    public static IReadOnlyDictionary<string, string> Texts => s_texts.Value;

    /// <summary>Names of the files <c>folder/*suffix</c>, without the suffix.</summary>
    public static TheoryData<string> Names(string folder, string suffix)
    {
        string path = Fixtures.At("tokenizers", folder);
        return Directory.Exists(path)
            ? new TheoryData<string>(Directory.EnumerateFiles(path, "*" + suffix).Select(file => Path.GetFileName(file)[..^suffix.Length]).Order(StringComparer.Ordinal))
            : [];
    }

    /// <summary>The rows of a file below the tokenizers' folder.</summary>
    public static IEnumerable<JsonElement> Lines(params ReadOnlySpan<string> parts)
    {
        string path = Fixtures.At(["tokenizers", .. parts]);
        Assert.SkipUnless(File.Exists(path), $"no fixture {path}");
        return File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);
    }

    /// <summary>The tokenizer of a fixture's name, e.g. <c>qwen3</c> or <c>tiny:wordpiece</c>; a visible skip when its file is absent.</summary>
    public static Tokenizer Load(string name)
    {
        Tokenizer? tokenizer = s_tokenizers.GetOrAdd(name, n => new Lazy<Tokenizer?>(() => FindAndLoad(n))).Value;
        Assert.SkipWhen(tokenizer is null, $"no file of the tokenizer {name} under HONE_SHARED");
        return tokenizer!;
    }

    /// <summary>Ids by way of the tables, which short texts alone would not have built.</summary>
    public static int[] FastIds(Tokenizer tokenizer, string text, bool addSpecialTokens = true) =>
        tokenizer.EncodeIdsBatch([text], addSpecialTokens, TestContext.Current.CancellationToken)[0];

    /// <summary>Integers of a JSON array.</summary>
    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>Start, end pairs of a flat JSON array.</summary>
    public static TokenOffset[] Offsets(JsonElement array) => [.. Ints(array).Chunk(2).Select(pair => new TokenOffset(pair[0], pair[1]))];

    private static Tokenizer? FindAndLoad(string name)
    {
        if (name.StartsWith("tiny:", StringComparison.Ordinal))
        {
            return TokenizerLoader.Load(Fixtures.At("tokenizers", "tiny", $"{name["tiny:".Length..]}.tokenizer.json"));
        }

        string weights = SharedData.At("data", "weights", "tokenizers");
        string? file = name switch
        {
            "qwen3" or "llama3_1" => Unpack(Path.Combine(weights, name, "tokenizer.json.gz")),
            "clip" => Path.Combine(weights, "onnxruntime-extensions", "tokenizer", "clip", "tokenizer.json"),
            "t5" => Path.Combine(weights, "onnxruntime-extensions", "tokenizer", "t5-small", "tokenizer.json"),
            "gpt2" => Gpt2(Path.Combine(weights, "onnxruntime-extensions")),
            "llama3" or "llama2" => Path.Combine(weights, name, "tokenizer.model"),
            _ when name.StartsWith("mistral_", StringComparison.Ordinal) => Mistral(Path.Combine(weights, "mistral"), name["mistral_".Length..]),
            "bert" => Path.Combine(weights, "bert-uncased-model2vec", "tokenizer.json"),
            "smollm2" => SharedData.At("models", "smollm2-135m-instruct", "tokenizer.json"),
            "minilm" => SharedData.At("models", "all-minilm-l6-v2", "tokenizer.json"),
            _ => null,
        };
        return file is not null && File.Exists(file) ? TokenizerLoader.Load(file) : null;
    }

    private static string? Mistral(string folder, string version) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).FirstOrDefault(file => file.EndsWith(".model." + version, StringComparison.Ordinal)) : null;

    /// <summary>The files under the names that transformers gives them.</summary>
    private static string? Gpt2(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "gpt2.vocab")))
        {
            return null;
        }

        string target = Directory.CreateTempSubdirectory("hone-gpt2").FullName;
        File.Copy(Path.Combine(folder, "gpt2.vocab"), Path.Combine(target, "vocab.json"));
        File.Copy(Path.Combine(folder, "gpt2.merges.txt"), Path.Combine(target, "merges.txt"));
        return Path.Combine(target, "vocab.json");
    }

    private static string? Unpack(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string target = Path.Combine(Path.GetTempPath(), $"hone-{Environment.ProcessId}-{Path.GetFileName(Path.GetDirectoryName(path))}-tokenizer.json");
        using FileStream source = File.OpenRead(path);
        using var unzipped = new GZipStream(source, CompressionMode.Decompress);
        using FileStream file = File.Create(target);
        unzipped.CopyTo(file);
        return target;
    }
}
