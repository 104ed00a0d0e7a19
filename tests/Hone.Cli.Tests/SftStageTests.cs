using System.Text.Json;
using Hone.Inference.Tests;
using Hone.Models;
using Hone.Models.Adapters;

namespace Hone.Cli.Tests;

/// <summary>Fine-tuning from a recipe, as a user runs it.</summary>
public sealed class SftStageTests : CliTestBase
{
    private const string Recipe = """
        name: tiny
        seed: 5
        model: model
        stages:
          train:
            type: sft
            dataset:
              sources: [chat.jsonl]
              max_tokens: 64
              validation_rows: 4
            adapter: { type: lora, rank: 4, alpha: 8, dropout: 0.1 }
            optimizer: { type: adamw, learning_rate: 2.0e-3 }
            batch: { rows: 2, accumulate: 2, epochs: 2 }
            evaluation: { every_steps: 2, keep_best: true }
            checkpoint: { every_steps: 1, keep: 2 }

        """;

    public SftStageTests()
    {
        TinyModel.Save("model");
        Write("chat.jsonl", string.Concat(Enumerable.Range(0, 28).Select(i => $$"""{"messages":[{"role":"user","content":"{{new string('a', 1 + (i % 5))}} b"},{"role":"assistant","content":"{{i}} ab{{new string('b', i % 7)}}"}]}""" + "\n")));
        Write("sft.yaml", Recipe);
    }

    [Fact]
    public void Run_OfAChatFile_WritesAnAdapterThatTheModelTakes()
    {
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);

        string train = Path.Combine(Out.Trim(), "stages", "train");
        using CausalLm model = CausalLm.Load("model");
        using LoraAdapter adapter = LoraAdapter.Load(Path.Combine(train, "adapter"), model);
        Assert.Equal(4, adapter.Config.R);
        Assert.Equal(14, adapter.Linears.Count); // seven layers in each of two blocks
        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(Path.Combine(train, "training.json")));
        Assert.Equal(12, result.RootElement.GetProperty("steps").GetInt64()); // 24 examples, 4 a step, twice
        string run = Out.Trim();
        Assert.Equal(12, MetricsOf(run, "loss").Length);
        Assert.Equal(7, MetricsOf(run, "validation_loss").Length); // before the first step, and every two steps
        Assert.True(RunHone("generate", "model", "--adapter", Path.Combine(train, "adapter"), "--input", "prompts.jsonl", "--output", "out.jsonl") != ExitCodes.Done); // no prompts.jsonl
        Write("prompts.jsonl", """{"prompt":"a b"}""" + "\n");
        Assert.True(RunHone("generate", "model", "--adapter", Path.Combine(train, "adapter"), "--input", "prompts.jsonl", "--output", "out.jsonl", "--max-tokens", "4") == ExitCodes.Done, Error);
    }

    [Fact]
    public void Convert_OfATrainedAdapter_WritesAFileForLlamaCpp()
    {
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);
        string adapter = Path.Combine(Out.Trim(), "stages", "train", "adapter");

        Assert.True(RunHone("convert", adapter, "--to", "gguf", "--base", "model", "--out", "adapter.gguf") == ExitCodes.Done, Error);

        Assert.Equal("GGUF"u8, File.ReadAllBytes("adapter.gguf").AsSpan(0, 4));
        Assert.Equal(ExitCodes.Usage, RunHone("convert", adapter, "--to", "gguf", "--out", "other.gguf"));
        Assert.Contains("its model is needed too", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAllWeights_WritesAModel()
    {
        Write("full.yaml", Recipe.Replace("    adapter: { type: lora, rank: 4, alpha: 8, dropout: 0.1 }\n", "", StringComparison.Ordinal));

        Assert.True(RunHone("run", "full.yaml") == ExitCodes.Done, Error);

        string folder = Path.Combine(Out.Trim(), "stages", "train", "model");
        using CausalLm model = CausalLm.Load(folder);
        Assert.True(File.Exists(Path.Combine(folder, "tokenizer.json")));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine("model", "model.safetensors")), File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Fact]
    public void Kill9_AtManyMoments_ResumesToTheSameAdapter()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);
        byte[] expected = AdapterOf(Out.Trim());

        (string run, int kills) = KilledRun.Finish("sft.yaml", firstEvents: 2);

        Assert.True(kills >= 5, $"{kills} kills");
        Assert.Equal(expected, AdapterOf(run));
    }

    [Theory]
    [InlineData("model: model", "model: absent", "absent")]
    [InlineData("sources: [chat.jsonl]", "sources: [absent.jsonl]", "absent.jsonl")]
    [InlineData("rank: 4", "rnak: 4", "rank")]
    [InlineData("alpha: 8,", "alpha: 8, targets: [nothing],", "q_proj")]
    [InlineData("validation_rows: 4", "validation_rows: 400", "validation_rows")]
    [InlineData("      validation_rows: 4\n", "", "validation_fraction")]
    public void Run_OfAMistakenRecipe_SaysWhatAndHow(string from, string to, string expected) =>
        RequireMistakeExplained(Recipe, from, to, expected);

    [Fact]
    public void Run_OfRowsWithoutAnswer_NamesTheRow()
    {
        File.AppendAllText("chat.jsonl", """{"messages":[{"role":"user","content":"a"}]}""" + "\n");

        Assert.Equal(ExitCodes.Failed, RunHone("run", "sft.yaml"));

        Assert.Contains("row 29", Error, StringComparison.Ordinal);
    }
}
