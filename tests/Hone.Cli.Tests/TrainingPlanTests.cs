using System.Text.Json;
using Hone.Inference.Tests;

namespace Hone.Cli.Tests;

/// <summary>What is said before a training: <c>hone run RECIPE --dry-run</c> and <c>hone data show RECIPE</c>.</summary>
public sealed class TrainingPlanTests : CliTestBase
{
    private const string Recipe = """
        name: tiny
        model: model
        stages:
          parts:
            type: split
            input: chat.jsonl
            validation_count: 4
          train:
            type: sft
            dataset: { sources: [chat.jsonl], max_tokens: 64, validation_rows: 2 }
            adapter: { type: lora, rank: 4, alpha: 8 }
            batch: { rows: 3, accumulate: 2, epochs: 3 }
          more:
            type: sft
            dataset: { sources: [{ from: parts }], max_tokens: 64, packing: best_fit }
            batch: { rows: 2 }

        """;

    public TrainingPlanTests()
    {
        TinyModel.Save("model");
        Write("chat.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $$"""{"messages":[{"role":"user","content":"q{{i}}"},{"role":"assistant","content":"an answer {{new string('x', i % 6)}}"}]}""" + "\n")));
        Write("r.yaml", Recipe);
    }

    [Fact]
    public void DryRun_OfATraining_SaysWhatTheRunThenDoes()
    {
        Assert.True(RunHone("run", "r.yaml", "--dry-run", "--json", "--only", "train") == ExitCodes.Done, Error);
        using JsonDocument plan = JsonDocument.Parse(Out);
        JsonElement estimate = plan.RootElement.GetProperty("stages")[0].GetProperty("estimate");
        Assert.False(Directory.Exists("runs"));

        Assert.True(RunHone("run", "r.yaml", "--only", "train") == ExitCodes.Done, Error);

        RequireCounts(estimate, Out.Trim(), "train");
        Assert.Equal(9, estimate.GetProperty("steps").GetDouble()); // 18 examples, 6 batches, 3 steps, 3 epochs
        Assert.True(estimate.GetProperty("peak_bytes").GetInt64() > 0);
    }

    [Theory]
    [InlineData("{ type: dpo }")]
    [InlineData("{ type: orpo }")]
    [InlineData("{ type: kto }")]
    public void DryRun_OfAPreferenceTraining_SaysWhatTheRunThenDoes(string loss)
    {
        Write("pairs.jsonl", string.Concat(Enumerable.Range(0, 14).Select(i => $$"""{"prompt":"q{{i}}","chosen":"good {{new string('x', i % 5)}}","rejected":"bad {{i}}"}""" + "\n")));
        Write("p.yaml", $"name: p\nmodel: model\nstages:\n  train:\n    type: preference\n    dataset: {{ sources: [pairs.jsonl], max_tokens: 64, validation_rows: 2 }}\n    loss: {loss}\n    adapter: {{ type: lora, rank: 4, alpha: 8 }}\n    batch: {{ rows: 3, accumulate: 2, epochs: 2 }}\n");
        Assert.True(RunHone("run", "p.yaml", "--dry-run", "--json") == ExitCodes.Done, Error);
        using JsonDocument plan = JsonDocument.Parse(Out);
        JsonElement estimate = plan.RootElement.GetProperty("stages")[0].GetProperty("estimate");
        Assert.False(Directory.Exists("runs"));

        Assert.True(RunHone("run", "p.yaml") == ExitCodes.Done, Error);

        RequireCounts(estimate, Out.Trim(), "train");
    }

    [Fact]
    public void DryRun_AsText_IsStillYamlAndSaysWhatHasToRunFirst()
    {
        Assert.True(RunHone("run", "r.yaml", "--dry-run") == ExitCodes.Done, Error);

        Assert.Contains("#   1/3 parts: ", Out, StringComparison.Ordinal);
        Assert.Contains("#       trainable_parameters ", Out, StringComparison.Ordinal);
        Assert.Contains("#       expected: ", Out, StringComparison.Ordinal);
        Assert.Contains("#       (measured on steps of ", Out, StringComparison.Ordinal);
        Assert.Contains("#       no estimate: stage 'parts' has to run first\n# nothing was started\n", Out, StringComparison.Ordinal);
        Write("again.yaml", Out);
        Assert.True(RunHone("check", "again.yaml") == ExitCodes.Done, Error);
    }

    [Fact]
    public void DryRun_OfARunThatGoesOn_ReadsWhatItsStagesMade()
    {
        Assert.True(RunHone("run", "r.yaml", "--only", "parts") == ExitCodes.Done, Error);

        Assert.True(RunHone("run", "r.yaml", "--only", "more", "--resume", Out.Trim(), "--dry-run", "--json") == ExitCodes.Done, Error);

        using JsonDocument plan = JsonDocument.Parse(Out);
        Assert.Equal(16, plan.RootElement.GetProperty("stages")[0].GetProperty("estimate").GetProperty("examples").GetDouble());
    }

    [Fact]
    public void DryRun_OfARunThatWouldFail_FailsAfterThePlan()
    {
        Assert.Equal(ExitCodes.Failed, RunHone("run", "r.yaml", "--dry-run", "--only", "train", "--set", "model=absent"));

        Assert.Contains("#   2/3 train: ", Out, StringComparison.Ordinal);
        Assert.Contains("#       no estimate: ", Out, StringComparison.Ordinal);
        Assert.Contains("absent", Error, StringComparison.Ordinal);
        Assert.Contains("  fix  ", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_OfARecipe_PrintsExamplesLengthsBatchesAndSteps()
    {
        Assert.True(RunHone("data", "show", "r.yaml", "--stage", "train", "--rows", "1") == ExitCodes.Done, Error);

        Assert.Contains("example 1 of 20 (row 1, ", Out, StringComparison.Ordinal);
        Assert.Matches("⟦ ?an answer", Out);
        Assert.Contains("an epoch: 18 examples in 18 rows and 6 batches without padding; ", Out, StringComparison.Ordinal);
        Assert.Contains("steps: 3 an epoch, 3 epochs; 2 examples to validate on", Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_OfARecipeAsJson_HasTheBatchesOfThePlan()
    {
        Assert.True(RunHone("data", "show", "r.yaml", "--stage", "train", "--rows", "2", "--json", "--set", "stages.train.dataset.packing=best_fit") == ExitCodes.Done, Error);

        using JsonDocument document = JsonDocument.Parse(Out);
        JsonElement root = document.RootElement, epoch = root.GetProperty("epoch");
        Assert.Equal("train", root.GetProperty("stage").GetString());
        Assert.Equal(2, root.GetProperty("examples").GetArrayLength());
        Assert.Equal(64, epoch.GetProperty("row_capacity").GetInt32());
        Assert.InRange(epoch.GetProperty("packing_efficiency").GetDouble(), epoch.GetProperty("tokens").GetDouble() / 64 / 18, 1); // fuller than one example a row
        Assert.True(epoch.GetProperty("rows").GetInt32() < 18);
        Assert.Equal((epoch.GetProperty("batches").GetInt32() + 1) / 2, epoch.GetProperty("steps").GetInt32());
    }

    [Fact]
    public void Show_OfAllStages_LeavesOutWhatHasToWait()
    {
        Assert.True(RunHone("data", "show", "r.yaml", "--rows", "0") == ExitCodes.Done, Error);

        Assert.Contains("stage train\n", Out, StringComparison.Ordinal);
        Assert.DoesNotContain("stage more", Out, StringComparison.Ordinal);
        Assert.Contains("warning: stage 'more' is left out: The stage 'parts' has not made ", Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "--model goes with a file", "data", "show", "r.yaml", "--model", "model")]
    [InlineData(ExitCodes.Usage, "--stage goes with a recipe", "data", "show", "chat.jsonl", "--model", "model", "--stage", "train")]
    [InlineData(ExitCodes.Usage, "--model is needed", "data", "show", "chat.jsonl")]
    [InlineData(ExitCodes.Usage, "does not train on data", "data", "show", "r.yaml", "--stage", "parts")]
    [InlineData(ExitCodes.Usage, "nearest: train", "data", "show", "r.yaml", "--stage", "trian")]
    [InlineData(ExitCodes.Failed, "has not made", "data", "show", "r.yaml", "--stage", "more")]
    public void Show_WrongArguments_SayWhat(int code, string message, params string[] args)
    {
        Assert.Equal(code, RunHone(args));
        Assert.Contains(message, Error, StringComparison.Ordinal);
    }

    /// <summary>Requires that a run's stage counted what was foretold.</summary>
    private static void RequireCounts(JsonElement estimate, string run, string stage)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json")));
        JsonElement counts = manifest.RootElement.GetProperty("stages").EnumerateArray().Single(made => made.GetProperty("name").GetString() == stage).GetProperty("counts");
        foreach (string name in (string[])["examples", "validation_examples", "trainable_parameters", "steps", "tokens"])
        {
            Assert.Equal(counts.GetProperty(name).GetDouble(), estimate.GetProperty(name).GetDouble());
        }
    }
}
