using System.Text.Json;
using Hone.Evaluation;
using Hone.Inference.Tests;

namespace Hone.Cli.Tests;

/// <summary>Evaluation from a recipe, as a user runs it.</summary>
public sealed class EvaluateStageTests : CliTestBase
{
    private const int Rows = 40;

    private const string Recipe = """
        name: tiny
        seed: 5
        model: model
        stages:
          score:
            type: evaluate
            dataset: chat.jsonl
            grader: { type: exact }
            max_tokens: 12
            tags: [kind]

        """;

    public EvaluateStageTests()
    {
        TinyModel.Save("model");
        Write("chat.jsonl", string.Concat(Enumerable.Range(0, Rows).Select(i =>
            $$"""{"messages":[{"role":"user","content":"{{new string('a', 1 + (i % 5))}} b{{i}}"},{"role":"assistant","content":"answer {{i}}"}],"kind":"k{{i % 2}}"}""" + "\n")));
        Write("score.yaml", Recipe);
    }

    private string Stage => Path.Combine(Out.Trim(), "stages", "score");

    [Fact]
    public void Run_OfConversations_WritesTheAnswersInOrderAndTheirSum()
    {
        Assert.True(RunHone("run", "score.yaml") == ExitCodes.Done, Error);

        IReadOnlyList<EvaluationRecord> answers = EvaluationFiles.ReadAnswers(Path.Combine(Stage, "answers.jsonl"));
        EvaluationSummary summary = EvaluationFiles.ReadSummary(Path.Combine(Stage, "evaluation.json"));
        Assert.Equal(Enumerable.Range(1, Rows).Select(i => $"{i}"), answers.Select(answer => answer.Id));
        Assert.Equal("answer 7", answers[7].Reference);
        Assert.Equal("aaa b7", Assert.Single(answers[7].Messages.EnumerateArray()).GetProperty("content").GetString());
        Assert.All(answers, answer => Assert.InRange(answer.OutputTokens, 1, 12));
        Assert.All(answers, answer => Assert.True(answer.PromptTokens > 5));
        Assert.Equal((Rows, 2, "model", "chat.jsonl"), (summary.Count, summary.Groups.Count, summary.Model, summary.Dataset));
        Assert.Equal(answers.Count(answer => answer.Finish == "length"), summary.Truncated);
        Assert.Equal(summary.Truncated > 0, Error.Contains("were cut off at 12 tokens", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_OfWhatTheModelSays_CountsItAsRight()
    {
        Assert.True(RunHone("run", "score.yaml") == ExitCodes.Done, Error);
        EvaluationRecord[] said = [.. EvaluationFiles.ReadAnswers(Path.Combine(Stage, "answers.jsonl")).Where(answer => answer.Extracted is not null).Take(5)];
        Assert.Equal(5, said.Length);

        // The same questions with the model's own words as the right answers, but for one; with ids of their own.
        Write("own.jsonl", string.Concat(said.Select((answer, i) => JsonSerializer.Serialize(new { id = $"q{i}", messages = answer.Messages, answer = i == 2 ? "something else" : answer.Output }) + "\n")));
        Write("own.yaml", Recipe.Replace("chat.jsonl", "own.jsonl", StringComparison.Ordinal).Replace("    tags: [kind]\n", "", StringComparison.Ordinal));
        Assert.True(RunHone("run", "own.yaml") == ExitCodes.Done, Error);

        IReadOnlyList<EvaluationRecord> answers = EvaluationFiles.ReadAnswers(Path.Combine(Stage, "answers.jsonl"));
        Assert.Equal(["q0", "q1", "q2", "q3", "q4"], answers.Select(answer => answer.Id));
        Assert.Equal([1, 1, 0, 1, 1], answers.Select(answer => answer.Score));
        Assert.Equal(said.Select(answer => answer.Output), answers.Select(answer => answer.Output));
        Assert.Equal(4, EvaluationFiles.ReadSummary(Path.Combine(Stage, "evaluation.json")).Right);
    }

    [Fact]
    public void Run_OfQuestionsAndSolutions_TakesTheirFinalNumber()
    {
        Write("gsm.jsonl", """
            {"question":"What is 1 + 1?","answer":"1 + 1 = <<1+1=2>>2\n#### 2"}
            {"question":"And what is new?","answer":"nothing is"}
            {"question":"What is 600 + 600?","answer":"#### 1,200"}

            """);
        Write("gsm.yaml", """
            name: gsm
            model: model
            stages:
              score:
                type: evaluate
                dataset: { path: gsm.jsonl, format: { type: alpaca, prompt: question, response: answer } }
                max_tokens: 4

            """);

        Assert.True(RunHone("run", "gsm.yaml") == ExitCodes.Done, Error);

        IReadOnlyList<EvaluationRecord> answers = EvaluationFiles.ReadAnswers(Path.Combine(Stage, "answers.jsonl"));
        Assert.Equal(["2", "1,200"], answers.Select(answer => answer.Reference));
        Assert.Equal(["1", "3"], answers.Select(answer => answer.Id));
        Assert.Contains("1 row has no right answer and is left out: row 2", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithAFreshAdapterOfAnEarlierStage_AnswersAsTheModelDoes()
    {
        Write("both.yaml", """
            name: both
            seed: 5
            model: model
            stages:
              train:
                type: sft
                dataset: { sources: [chat.jsonl], max_tokens: 64 }
                adapter: { type: lora, rank: 2, alpha: 4 }
                optimizer: { type: adamw, learning_rate: 1.0e-12 }
                batch: { rows: 4, max_steps: 1 }
              plain: { type: evaluate, dataset: chat.jsonl, grader: { type: exact }, max_tokens: 6, limit: 5 }
              score: { type: evaluate, dataset: chat.jsonl, grader: { type: exact }, max_tokens: 6, limit: 5, adapter: { from: train } }

            """);

        Assert.True(RunHone("run", "both.yaml") == ExitCodes.Done, Error);

        string plain = Path.Combine(Out.Trim(), "stages", "plain");
        Assert.Equal(
            EvaluationFiles.ReadAnswers(Path.Combine(plain, "answers.jsonl")).Select(answer => answer.Output),
            EvaluationFiles.ReadAnswers(Path.Combine(Stage, "answers.jsonl")).Select(answer => answer.Output));
        Assert.Equal("train", EvaluationFiles.ReadSummary(Path.Combine(Stage, "evaluation.json")).Adapter);
        Assert.Equal(5, EvaluationFiles.ReadSummary(Path.Combine(plain, "evaluation.json")).Count);
        string manifest = File.ReadAllText(Path.Combine(Out.Trim(), "manifest.json"));
        Assert.Contains("stages/train/adapter/adapter_model.safetensors", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAModelThatAStageTrained_FindsItAndItsStoredType()
    {
        Write("full.yaml", """
            name: full
            seed: 5
            stages:
              train:
                type: sft
                model: model
                dataset: { sources: [chat.jsonl], max_tokens: 64 }
                batch: { rows: 4, max_steps: 1 }
                save_dtype: bf16
              score: { type: evaluate, model: { from: train }, dataset: chat.jsonl, grader: { type: exact }, max_tokens: 6, limit: 3 }

            """);

        Assert.True(RunHone("run", "full.yaml") == ExitCodes.Done, Error);

        string model = Path.Combine(Out.Trim(), "stages", "train", "model");
        Assert.Contains("\"bfloat16\"", File.ReadAllText(Path.Combine(model, "config.json")), StringComparison.Ordinal);
        Assert.InRange(new FileInfo(Path.Combine(model, "model.safetensors")).Length, 1, new FileInfo(Path.Combine("model", "model.safetensors")).Length * 6 / 10);
        Assert.Equal("train", EvaluationFiles.ReadSummary(Path.Combine(Stage, "evaluation.json")).Model);
    }

    [Fact]
    public void Kill9_AtManyMoments_AnswersNothingTwiceAndGivesTheSameBytes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs signals");
        Assert.True(RunHone("run", "score.yaml") == ExitCodes.Done, Error);
        byte[] answers = File.ReadAllBytes(Path.Combine(Stage, "answers.jsonl")), summary = File.ReadAllBytes(Path.Combine(Stage, "evaluation.json"));

        int earlier = 0;
        (string run, int kills) = KilledRun.Finish("score.yaml", firstEvents: 3, folder =>
        {
            string results = Path.Combine(folder, "stages", "score", "generation", "results.jsonl");
            int lines = File.Exists(results) ? File.ReadAllLines(results).Length : 0;
            Assert.True(lines >= earlier, $"{earlier} answers became {lines}");
            earlier = lines;
        });

        Assert.True(kills > 0, "nothing was killed");
        Assert.Equal(answers, File.ReadAllBytes(Path.Combine(run, "stages", "score", "answers.jsonl")));
        Assert.Equal(summary, File.ReadAllBytes(Path.Combine(run, "stages", "score", "evaluation.json")));
        string[] ids = [.. File.ReadLines(Path.Combine(run, "stages", "score", "generation", "results.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!)];
        Assert.Equal(Rows, ids.Distinct().Count());
        Assert.Equal(Rows, ids.Length);
    }

    [Theory]
    [InlineData("tags: [kind]", "tags: [kinds]", "nearest: kind")]
    [InlineData("type: exact", "type: exakt", "exact")]
    [InlineData("max_tokens: 12", "max_token: 12", "max_tokens")]
    [InlineData("max_tokens: 12", "top_p: 0.5", "temperature")]
    [InlineData("model: model", "model: absent", "absent")]
    [InlineData("dataset: chat.jsonl", "dataset: chart.jsonl", "chat.jsonl")]
    [InlineData("type: exact", "type: final-number", "row")]
    [InlineData("model: model\n", "", "--set model=PATH")]
    [InlineData("    tags: [kind]\n", "    adapter: chat.jsonl\n", "adapter")]
    public void Run_OfAMistakenRecipe_SaysWhatAndHow(string from, string to, string expected)
    {
        Write("words.jsonl", """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"no number"}]}""" + "\n");
        string recipe = to.EndsWith("final-number", StringComparison.Ordinal) ? Recipe.Replace("chat.jsonl", "words.jsonl", StringComparison.Ordinal) : Recipe;
        RequireMistakeExplained(recipe, from, to, expected);
    }

    [Fact]
    public void Run_WithoutChatTemplate_SaysSo()
    {
        File.Delete(Path.Combine("model", "chat_template.jinja"));

        Assert.Equal(ExitCodes.Failed, RunHone("run", "score.yaml"));

        Assert.Contains("This model has no chat template.", Error, StringComparison.Ordinal);
    }
}
