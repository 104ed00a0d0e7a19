using System.Text.Json.Nodes;
using Hone.Core.Tests;
using Hone.Evaluation;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;
using Hone.Tensors;

namespace Hone.Pipelines.Tests.Recipes;

public sealed class QuickstartRecipeTests : IDisposable
{
    private static readonly string[] s_small =
    [
        "stages.problems.count=300", "stages.problems.held_out=30", "stages.instructions.count=300", "stages.instructions.held_out=30", "stages.tokenizer.vocab_size=600",
        "stages.practice_problems.count=300", "stages.practice_problems.held_out=30", "stages.pretrain.batch={ rows: 1, max_steps: 2 }", "stages.practice.batch={ rows: 1, max_steps: 2 }", "stages.solve.limit=3", "stages.follow.limit=3", "stages.solve.max_tokens=8", "stages.follow.max_tokens=8",
    ];

    private readonly RecipeRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Base_MadeSmall_EndsInAModelThatReadsItsData()
    {
        string stages = _run.File(Recipe("quickstart/base.yaml"), s_small), folder = Path.Combine(stages, "practice", "model");

        using CausalLm model = CausalLm.Load(folder);
        Tokenizer tokenizer = TokenizerLoader.Load(folder);
        var chat = new ChatTokenizer(ChatTemplateSet.Load(folder).Select(), tokenizer);
        foreach (string line in File.ReadLines(Path.Combine(stages, "problems", "held_out.jsonl")).Take(3))
        {
            TokenizedChat tokens = chat.Tokenize(Conversation.Read(System.Text.Json.JsonDocument.Parse(line).RootElement));
            float[] logits = model.Logits(model.Forward(Tensor.From(tokens.Ids.ToArray(), tokens.Ids.Length), PackedAttentionContext.FromLengths(tokens.Ids.Length))).ToArray<float>();

            Assert.Equal(600 * tokens.Ids.Length, logits.Length);
            Assert.All(logits, value => Assert.True(float.IsFinite(value)));
        }

        Assert.All(["solve", "follow"], stage => Assert.Equal(3, EvaluationFiles.ReadSummary(Path.Combine(stages, stage, "evaluation.json")).Count));
        Assert.DoesNotContain("_step\"", File.ReadAllText(Path.Combine(stages, "problems", "train.jsonl")), StringComparison.Ordinal);
    }

    /// <summary>The committed model has the very layout that the recipe gives; its vocabulary is the recipe's own, too.</summary>
    [Fact]
    public void Base_AndTheCommittedModel_AreOfOneShape()
    {
        string stages = _run.File(Recipe("quickstart/base.yaml"), [.. s_small.Where(set => !set.Contains("vocab_size", StringComparison.Ordinal))]);

        JsonNode made = JsonNode.Parse(File.ReadAllText(Path.Combine(stages, "practice", "model", "config.json")))!, committed = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Root, "models", "hone-tiny", "config.json")))!;
        made["vocab_size"] = committed["vocab_size"]!.DeepClone(); // a few hundred rows do not give that many tokens
        Assert.True(JsonNode.DeepEquals(made, committed), $"{made}\n{committed}");
        Assert.InRange(Directory.GetFiles(Path.Combine(RepositoryFolder.Root, "models", "hone-tiny")).Sum(file => new FileInfo(file).Length), 1, 8_000_000);
        using CausalLm model = CausalLm.Load(Path.Combine(RepositoryFolder.Root, "models", "hone-tiny"));
        Assert.Equal(2048, TokenizerLoader.Load(Path.Combine(RepositoryFolder.Root, "models", "hone-tiny")).VocabularySize);
    }

    [Fact]
    public void Base_SameSeed_GivesTheSameModel()
    {
        Assert.Equal(Bytes(_run.File(Recipe("quickstart/base.yaml"), s_small)), Bytes(_run.File(Recipe("quickstart/base.yaml"), s_small)));

        static Dictionary<string, string> Bytes(string stages) => ((string[])["problems", "instructions", "tokenizer", "model", "pretrain/model", "practice/model", "solve"])
            .SelectMany(stage => Directory.GetFiles(Path.Combine(stages, stage)))
            .ToDictionary(file => Path.GetRelativePath(stages, file), file => Convert.ToBase64String(File.ReadAllBytes(file)));
    }

    [Fact]
    public void Quickstart_MadeSmall_TeachesAndExaminesTwoSteps()
    {
        string stages = _run.File(
            Recipe("quickstart.yaml"), $"model={Path.Combine(RepositoryFolder.Root, "models", "hone-tiny")}", "stages.problems.count=50", "stages.problems.held_out=10", "stages.train.batch.max_steps=1");

        Assert.All(File.ReadAllLines(Path.Combine(stages, "problems", "train.jsonl")), line => Assert.Contains("\"skill\":\"two_step\"", line, StringComparison.Ordinal));
        Assert.Equal(10, EvaluationFiles.ReadSummary(Path.Combine(stages, "before", "evaluation.json")).Count);
        Assert.Equal("train", EvaluationFiles.ReadSummary(Path.Combine(stages, "after", "evaluation.json")).Adapter);
        Assert.True(File.Exists(Path.Combine(stages, "train", "adapter", "adapter_model.safetensors")));
    }

    private static string Recipe(string name) => Path.Combine(RepositoryFolder.Root, "recipes", name);
}
