using Hone.Models;
using Hone.Models.Nn;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;
using Hone.Tensors;

namespace Hone.Pipelines.Tests.Recipes;

public sealed class QuickstartRecipeTests : IDisposable
{
    private static readonly string[] s_small = ["stages.problems.count=300", "stages.problems.held_out=30", "stages.instructions.count=300", "stages.instructions.held_out=30", "stages.tokenizer.vocab_size=600"];

    private readonly RecipeRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Base_MadeSmall_EndsInAModelThatReadsItsData()
    {
        string stages = _run.File(Recipe("base.yaml"), s_small), folder = Path.Combine(stages, "model");

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

        Assert.DoesNotContain("_step\"", File.ReadAllText(Path.Combine(stages, "problems", "train.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void Base_SameSeed_GivesTheSameBytes()
    {
        Assert.Equal(Bytes(_run.File(Recipe("base.yaml"), s_small)), Bytes(_run.File(Recipe("base.yaml"), s_small)));

        static Dictionary<string, string> Bytes(string stages) => Directory.GetFiles(stages, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(stages, file), file => Convert.ToBase64String(File.ReadAllBytes(file)));
    }

    [Fact]
    public void Skill_MadeSmall_TeachesAndExaminesTwoSteps()
    {
        string stages = _run.File(Recipe("skill.yaml"), "stages.problems.count=50", "stages.problems.held_out=10");

        Assert.All(File.ReadAllLines(Path.Combine(stages, "problems", "train.jsonl")), line => Assert.Contains("\"skill\":\"two_step\"", line, StringComparison.Ordinal));
        Assert.Equal(10, File.ReadAllLines(Path.Combine(stages, "problems", "held_out.jsonl")).Length);
    }

    private static string Recipe(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hone.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "recipes", "quickstart", name);
    }
}
