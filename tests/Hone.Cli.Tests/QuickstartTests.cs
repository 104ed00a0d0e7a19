using Hone.Core.Tests;
using Hone.Evaluation;

namespace Hone.Cli.Tests;

/// <summary>The quickstart with the model that the repository holds, in a folder that is not the repository's.</summary>
public sealed class QuickstartTests : CliTestBase
{
    private static readonly string[] s_small = ["--set", "stages.problems.count=60", "--set", "stages.problems.held_out=12", "--set", "stages.train.batch.max_steps=2"];

    [Fact]
    public void Quickstart_MadeSmall_ShowsBothResultsAndSamples()
    {
        Assert.True(RunHone(["quickstart", .. s_small]) == ExitCodes.Done, Error);

        string run = Assert.Single(Directory.GetDirectories("runs"));
        EvaluationSummary before = EvaluationFiles.ReadSummary(Path.Combine(run, "stages", "before", "evaluation.json"));
        Assert.Equal(12, before.Count);
        Assert.Contains($"{before.Right} of 12", Out, StringComparison.Ordinal);
        Assert.Contains("95 % interval", Out, StringComparison.Ordinal);
        Assert.Contains("report.html", Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
        Assert.Contains("How many", Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "stages", "train", "adapter", "adapter_model.safetensors")));
    }

    [Fact]
    public void Quickstart_WithAnotherModel_TakesThat()
    {
        Assert.NotEqual(ExitCodes.Done, RunHone(["quickstart", .. s_small, "--set", "model=absent.gguf"]));

        Assert.Contains("absent.gguf", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quickstart_WithAMisspeltKey_StartsNothing()
    {
        Assert.Equal(ExitCodes.Usage, RunHone("quickstart", "--set", "stages.problems.cuont=5"));

        Assert.Contains("did you mean 'count'?", Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists("runs"));
    }

    [Fact]
    public void EmbeddedModel_AsksAndAnswers_MoreThanHalfOfTheProblemsOfOneStep()
    {
        string model = Path.Combine(RepositoryFolder.Root, "models", "hone-tiny");
        Write("solve.yaml", $$"""
            name: solve
            seed: 77
            model: '{{model}}'
            stages:
              problems: { type: word-problems, count: 1, held_out: 60, exclude_skills: [two_step, three_step], numbers: { min: 2, max: 30 }, factors: { min: 2, max: 10 } }
              solve: { type: evaluate, dataset: { from: problems, artifact: held_out.jsonl }, max_tokens: 96, tags: [skill] }

            """);

        Assert.True(RunHone("run", "solve.yaml") == ExitCodes.Done, Error);

        EvaluationSummary summary = EvaluationFiles.ReadSummary(Path.Combine(Out.Trim(), "stages", "solve", "evaluation.json"));
        Assert.True(summary.Right > 30, $"{summary.Right} of {summary.Count}");
        Assert.Equal(0, summary.Unanswered);
    }
}
