using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Hone.Core.Recipes;
using Hone.Inference;
using Hone.Models;

namespace Hone.Conformance.Tests.Stories;

/// <summary>A model trained with llama2.c, and the text that its own program writes greedily: every token has to be the same.</summary>
public sealed class StoriesTests
{
    private const int BeginId = 1;
    private const int Tokens = 200; // run.c was told to take so many steps: expected_stdout.txt ends in the middle of a sentence

    [Fact]
    public async Task Greedy_TrainedModel_WritesTheTextOfLlama2c()
    {
        string folder = SharedData.At("data", "weights", "stories260K");
        Assert.SkipUnless(Directory.Exists(folder), "no data/weights/stories260K under HONE_SHARED");
        byte[][] vocabulary = ReadVocabulary(Path.Combine(folder, "tok512.bin"));
        using var checkpoint = new Llama2cCheckpoint(Path.Combine(folder, "stories260K.bin"));
        using CausalLm model = CausalLm.Load(checkpoint, checkpoint.ReadConfig(), new LoadOptions { Weights = WeightType.F32 });
        using var engine = new Engine(model, null, [BeginId], new EngineOptions { CacheBytes = 4 << 20, Threads = 1 });
        var request = new GenerationRequest { Id = "story", PromptIds = [BeginId], MaxTokens = Tokens };

        var results = new List<GenerationResult>();
        await foreach (GenerationResult result in engine.GenerateAsync([request]))
        {
            results.Add(result);
        }

        GenerationResult story = Assert.Single(results);
        Assert.Null(story.Error);
        Assert.Equal(Tokens, story.Texts[0].Ids.Length);
        byte[] text = [.. story.Texts[0].Ids.SelectMany(id => vocabulary[id]), (byte)'\n'];
        string expected = await File.ReadAllTextAsync(Path.Combine(folder, "expected_stdout.txt"), TestContext.Current.CancellationToken);
        Assert.Equal(expected, Encoding.UTF8.GetString(text).TrimStart(' ')); // run.c drops the space that follows the beginning
    }

    // The longest token's length, then for each token its score, length and bytes; <0x41> stands for a byte.
    private static byte[][] ReadVocabulary(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var tokens = new List<byte[]>();
        for (int at = sizeof(int); at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + sizeof(float)));
            byte[] token = bytes.AsSpan(at + sizeof(float) + sizeof(int), length).ToArray();
            string spelled = Encoding.UTF8.GetString(token);
            bool isByte = spelled is ['<', '0', 'x', _, _, '>'];
            tokens.Add(isByte ? [byte.Parse(spelled.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)] : token);
            at += sizeof(float) + sizeof(int) + length;
        }

        return [.. tokens];
    }
}
