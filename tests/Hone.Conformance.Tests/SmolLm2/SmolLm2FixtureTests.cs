using System.Text.Json;
using Hone.Inference;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.SmolLm2;

/// <summary>Prompts, greedy chats and log-probabilities of a real model through the engine, against transformers.</summary>
[ReadsFixture("smollm2/prompts")]
[ReadsFixture("smollm2/inputs")]
[ReadsFixture("smollm2/greedy")]
[ReadsFixture("smollm2/scores")]
public sealed class SmolLm2FixtureTests(SmolLm2Model real) : IClassFixture<SmolLm2Model>
{
    private const double Tolerance = 1e-3;   // absolute, per token: the README's
    private const double DecidedMargin = 1e-3;

    private static readonly EngineOptions Options = new() { CacheBytes = 256 << 20 };

    [Fact]
    public void Prompts_TextsAndChats_HaveTheSameIds()
    {
        List<JsonElement> prompts = Rows("prompts.jsonl");
        LanguageModel model = real.Require();

        foreach (JsonElement prompt in prompts)
        {
            int[] ids = prompt.TryGetProperty("chat", out JsonElement chat)
                ? model.Encode(new Conversation { Messages = chat, AddGenerationPrompt = true })
                : model.Tokenizer.EncodeIds(prompt.GetProperty("text").GetString()!, addSpecialTokens: false);

            Assert.Equal(Ids(prompt, "ids"), ids);
        }

        Assert.NotEmpty(prompts);
    }

    [Fact]
    public async Task Greedy_EveryChat_EqualsTransformers()
    {
        List<JsonElement> chats = Rows("greedy.jsonl");
        LanguageModel model = real.Require();
        using var engine = new Engine(model, Options);
        IEnumerable<GenerationRequest> requests = chats.Select((chat, i) => new GenerationRequest
        {
            Id = $"{i}",
            PromptIds = [.. model.Encode(new Conversation { Messages = chat.GetProperty("chat"), AddGenerationPrompt = true })],
            MaxTokens = chat.GetProperty("ids").GetArrayLength(),
            LogProbabilities = 0,
        });

        int compared = 0;
        await foreach (GenerationResult result in engine.GenerateAsync(requests))
        {
            Assert.Null(result.Error);
            JsonElement chat = chats[int.Parse(result.Request.Id)];
            Assert.Equal(Ids(chat, "prompt_ids"), result.Request.PromptIds);
            GeneratedText text = result.Texts.Single();
            double[] margins = Numbers(chat, "margins"), logProbabilities = Numbers(chat, "logprobs");
            int decided = Array.FindIndex(margins, margin => margin < DecidedMargin) is var at and >= 0 ? at : margins.Length;
            Assert.Equal(Ids(chat, "ids").Take(decided), text.Ids.Take(decided));
            for (int i = 0; i < decided; i++)
            {
                Assert.Equal(logProbabilities[i], text.Scores[i].Token.LogProbability, Tolerance);
            }

            if (decided == margins.Length)
            {
                Assert.Equal(chat.GetProperty("text").GetString(), text.Text);
                Assert.Equal(Ids(chat, "ids")[^1] == 2 ? FinishReason.Stop : FinishReason.Length, text.FinishReason);
            }

            compared++;
        }

        Assert.Equal(chats.Count, compared);
    }

    [Fact]
    public async Task Scores_EveryText_EqualTransformers()
    {
        List<JsonElement> texts = Rows("scores.jsonl");
        LanguageModel model = real.Require();
        using var engine = new Engine(model, Options);
        IEnumerable<GenerationRequest> requests = texts.Select((text, i) => new GenerationRequest
        {
            Id = $"{i}",
            PromptIds = [.. model.Tokenizer.EncodeIds(text.GetProperty("text").GetString()!, addSpecialTokens: false)],
            MaxTokens = 0,
            PromptLogProbabilities = 0,
        });

        int compared = 0;
        await foreach (GenerationResult result in engine.GenerateAsync(requests))
        {
            Assert.Null(result.Error);
            JsonElement text = texts[int.Parse(result.Request.Id)];
            double[] expected = Numbers(text, "logprobs"), actual = [.. result.PromptScores.Select(score => score.Token.LogProbability)];
            Assert.Equal(Ids(text, "ids"), result.Request.PromptIds);
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], Tolerance);
            }

            Assert.Equal(text.GetProperty("nll").GetDouble(), -actual.Sum(), Tolerance * Math.Max(1, expected.Length));
            compared++;
        }

        Assert.Equal(texts.Count, compared);
    }

    private static List<JsonElement> Rows(string file)
    {
        string path = Fixtures.At("smollm2", file);
        Assert.SkipUnless(File.Exists(path), $"no fixture smollm2/{file} under HONE_FIXTURES");
        return [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Numbers(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
