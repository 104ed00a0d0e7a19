using Hone.Inference;
using Hone.Models;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Greedy continuations through the engine, all rows of a batch at once over the paged cache, against transformers' generate with its cache.</summary>
public sealed class EngineFixtureTests
{
    public static TheoryData<string> Cases => TextModelCase.Of("causal-lm");

    public static TheoryData<string> CasesWithEnds => new(TextModelCase.Of("causal-lm").Select(row => row.Data).Where(name => new FixtureTensors(Fixtures.At("text-models", name, "inputs.safetensors")).Has("greedy_eos.eos_token_ids")));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public async Task Greedy_WithCache_EqualsTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        using CausalLm model = fixture.LoadCausalLm(ModelUse.Inference);
        using var engine = new Engine(model, null, [], new EngineOptions { CacheBytes = 16 << 20, MaxStepTokens = 11, Threads = 1 });
        var close = new Tolerance();
        foreach (string tag in (string[])["single", "left"])
        {
            List<List<long>> prompts = PaddedBatch.Read(fixture.Inputs, tag + ".").Sequences();
            long[][] expected = Rows(fixture, $"greedy.{tag}.ids", prompts.Count);
            double[] expectedLogProbabilities = fixture.Doubles($"greedy.{tag}.logprobs");
            await foreach (GenerationResult result in engine.GenerateAsync(Requests(prompts, expected[0].Length)))
            {
                int row = int.Parse(result.Request.Id);

                // Where rotary embeddings go by length, transformers goes by the longest row of a batch and the engine by each text's own.
                if (model.Decoder.LengthRule is null || prompts[row].Count == prompts.Max(prompt => prompt.Count))
                {
                    Assert.Null(result.Error);
                    Assert.Equal(expected[row], result.Texts[0].Ids.Select(id => (long)id));
                    close.Values(
                        $"greedy.{tag} row {row}",
                        [.. result.Texts[0].Scores.Select(score => score.Token.LogProbability)],
                        expectedLogProbabilities[(row * expected[0].Length)..((row + 1) * expected[0].Length)]);
                }
            }
        }

        close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(CasesWithEnds))]
    public async Task Greedy_WithEndTokens_EqualsTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        int[] ends = [.. Longs(fixture.Inputs, "greedy_eos.eos_token_ids").Select(id => (int)id)];
        using CausalLm model = fixture.LoadCausalLm(ModelUse.Inference);
        using var engine = new Engine(model, null, ends, new EngineOptions { CacheBytes = 16 << 20, Threads = 1 });
        List<List<long>> prompts = PaddedBatch.Read(fixture.Inputs, "left.").Sequences();
        long[][] expected = Rows(fixture, "greedy_eos.left.ids", prompts.Count);

        await foreach (GenerationResult result in engine.GenerateAsync(Requests(prompts, expected[0].Length)))
        {
            long[] row = expected[int.Parse(result.Request.Id)];
            int end = Array.FindIndex(row, id => ends.Contains((int)id));
            Assert.Equal(end < 0 ? row : row[..(end + 1)], result.Texts[0].Ids.Select(id => (long)id));
            Assert.Equal(end < 0 ? FinishReason.Length : FinishReason.Stop, result.Texts[0].FinishReason);
        }
    }

    private static IEnumerable<GenerationRequest> Requests(List<List<long>> prompts, int tokens) => prompts.Select((prompt, i) => new GenerationRequest
    {
        Id = $"{i}",
        PromptIds = [.. prompt.Select(id => (int)id)],
        MaxTokens = tokens,
        LogProbabilities = 0,
    });

    private static long[][] Rows(TextModelCase fixture, string name, int rows)
    {
        long[] all = Longs(fixture.Expected, name);
        return [.. all.Chunk(all.Length / rows)];
    }

    private static long[] Longs(FixtureTensors file, string name)
    {
        using Tensors.Tensor tensor = file[name];
        return tensor.ToArray<long>();
    }
}
