using System.Text.Json;
using Hone.Inference.Tests;
using Hone.Models;
using Hone.Models.Adapters;

namespace Hone.Cli.Tests;

/// <summary>Preference training from a recipe, as a user runs it.</summary>
public sealed class PreferenceStageTests : CliTestBase
{
    private const string Recipe = """
        name: tiny
        seed: 5
        model: model
        stages:
          train:
            type: preference
            dataset:
              sources: [pairs.jsonl]
              max_tokens: 64
              validation_rows: 4
            loss: { type: dpo, beta: 0.2 }
            adapter: { type: lora, rank: 4, alpha: 8, dropout: 0.1 }
            optimizer: { type: adamw, learning_rate: 5.0e-3 }
            batch: { rows: 2, accumulate: 2, epochs: 3 }
            evaluation: { every_steps: 3, keep_best: true }
            checkpoint: { every_steps: 1, keep: 2 }

        """;

    public PreferenceStageTests()
    {
        TinyModel.Save("model");
        Write("pairs.jsonl", string.Concat(Enumerable.Range(0, 28).Select(i =>
            $$"""{"prompt":[{"role":"user","content":"{{new string('a', 1 + (i % 5))}} b"}],"chosen":[{"role":"assistant","content":"{{i}} ab"}],"rejected":[{"role":"assistant","content":"{{i}} b{{new string('b', i % 7)}}"}]}""" + "\n")));
        Write("dpo.yaml", Recipe);
    }

    [Fact]
    public void Run_OfPairs_WritesAnAdapterAndItsFigures()
    {
        Assert.True(RunHone("run", "dpo.yaml") == ExitCodes.Done, Error);

        string train = Path.Combine(Out.Trim(), "stages", "train");
        using CausalLm model = CausalLm.Load("model");
        using LoraAdapter adapter = LoraAdapter.Load(Path.Combine(train, "adapter"), model);
        Assert.Equal(14, adapter.Linears.Count);
        JsonElement[] steps = MetricsOf(Out.Trim(), "loss");
        Assert.Equal(18, steps.Length); // 24 pairs, 4 a step, three times
        Assert.Equal(0, steps[0].GetProperty("reward_margin").GetDouble(), 1e-6);
        Assert.Equal(Math.Log(2), steps[0].GetProperty("loss").GetDouble(), 1e-6);
        Assert.True(steps[^1].GetProperty("reward_margin").GetDouble() > 0.05);
        Assert.All(steps, step => Assert.InRange(step.GetProperty("accuracy").GetDouble(), 0, 1));
        JsonElement[] evaluations = MetricsOf(Out.Trim(), "validation_loss");
        Assert.Equal(7, evaluations.Length); // before the first step, and every three
        Assert.True(evaluations[^1].GetProperty("validation_accuracy").GetDouble() > evaluations[0].GetProperty("validation_accuracy").GetDouble());
        Assert.True(RunHone("merge", "model", Path.Combine(train, "adapter"), "--out", "merged") == ExitCodes.Done, Error);
    }

    [Theory]
    [InlineData("{ type: orpo }", "nll")]
    [InlineData("{ type: simpo, gamma: 0.5, nll_weight: 0.1 }", "nll")]
    [InlineData("{ type: dpo, loss_type: ipo }", "log_prob_chosen")]
    [InlineData("{ type: kto, desirable_weight: 1.5 }", "divergence")]
    public void Run_OfEachLoss_ReportsItsFigures(string loss, string figure)
    {
        Write("other.yaml", Recipe.Replace("{ type: dpo, beta: 0.2 }", loss, StringComparison.Ordinal));

        Assert.True(RunHone("run", "other.yaml") == ExitCodes.Done, Error);

        JsonElement[] steps = MetricsOf(Out.Trim(), "loss");
        Assert.All(steps, step => Assert.True(double.IsFinite(step.GetProperty(figure).GetDouble())));
        Assert.True(steps[^1].GetProperty("reward_margin").GetDouble() > steps[0].GetProperty("reward_margin").GetDouble());
    }

    [Fact]
    public void Run_OfAllWeights_ComparesWithTheModelItBeganAs()
    {
        Write("full.yaml", Recipe.Replace("    adapter: { type: lora, rank: 4, alpha: 8, dropout: 0.1 }\n", "", StringComparison.Ordinal));

        Assert.True(RunHone("run", "full.yaml") == ExitCodes.Done, Error);

        using CausalLm model = CausalLm.Load(Path.Combine(Out.Trim(), "stages", "train", "model"));
        JsonElement first = MetricsOf(Out.Trim(), "loss")[0];
        Assert.Equal(Math.Log(2), first.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Fact]
    public void Kill9_AtManyMoments_ResumesToTheSameAdapter()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        Assert.True(RunHone("run", "dpo.yaml") == ExitCodes.Done, Error);
        byte[] expected = AdapterOf(Out.Trim());

        (string run, int kills) = KilledRun.Finish("dpo.yaml", firstEvents: 2);

        Assert.True(kills >= 5, $"{kills} kills");
        Assert.Equal(expected, AdapterOf(run));
    }

    [Theory]
    [InlineData("type: dpo", "type: dpoo", "dpo")]
    [InlineData("beta: 0.2", "bata: 0.2", "beta")]
    [InlineData("beta: 0.2", "beta: 0", "beta")]
    [InlineData("beta: 0.2", "label_smoothing: 0.1", "conservative")]
    [InlineData("max_tokens: 64", "max_tokens: 64, max_prompt_tokens: 64", "max_prompt_tokens")]
    [InlineData("      validation_rows: 4\n", "", "validation_fraction")]
    [InlineData("[pairs.jsonl]", "[chat.jsonl]", "chat.jsonl")]
    public void Run_OfAMistakenRecipe_SaysWhatAndHow(string from, string to, string expected) =>
        RequireMistakeExplained(Recipe, from, to.Replace(", max_prompt", "\n      max_prompt", StringComparison.Ordinal), expected);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""", "do not say which answers are better")]
    [InlineData("""{"prompt":"q","completion":"a","label":true}""", "kto")]
    public void Run_OfOtherData_SaysWhatIsMissing(string row, string expected)
    {
        Write("pairs.jsonl", row + "\n");

        Assert.Equal(ExitCodes.Failed, RunHone("run", "dpo.yaml"));

        Assert.Contains(expected, Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfRowsThatTeachNothing_WarnsOrFailsWithTheirNumbers()
    {
        File.AppendAllText("pairs.jsonl", """{"prompt":[{"role":"user","content":"a"}],"chosen":[{"role":"assistant","content":"b"}],"rejected":[{"role":"assistant","content":"b"}]}""" + "\n");
        Assert.True(RunHone("run", "dpo.yaml") == ExitCodes.Done, Error);
        Assert.Contains("equal answers): row 29", Error, StringComparison.Ordinal);

        File.AppendAllText("pairs.jsonl", """{"prompt":[{"role":"user","content":"a"}],"chosen":[{"role":"assistant","content":"b"}]}""" + "\n");
        Assert.Equal(ExitCodes.Failed, RunHone("run", "dpo.yaml"));
        Assert.Contains("row 30", Error, StringComparison.Ordinal);
    }
}
