using System.Text.Json.Nodes;
using Hone.Inference.Sampling;
using Hone.Models;
using Hone.Tensors.Threading;

namespace Hone.Inference.Tests.Scheduling;

public sealed class GenerationLoopTests
{
    private static readonly EngineOptions Plain = new() { CacheBytes = 4 << 20 };

    [Fact]
    public void Greedy_OneRequest_EqualsFullRecomputation()
    {
        using CausalLm model = TinyModel.Load();
        int[] prompt = TinyModel.Prompt(3, 21);

        GenerationResult result = Assert.Single(Loops.Run(model, Plain, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 40 }));

        Assert.Equal(Loops.Greedy(model, prompt, 40), result.Texts.Single().Ids);
        Assert.Equal(FinishReason.Length, result.Texts.Single().FinishReason);
    }

    [Fact]
    public void Results_AnyCircumstances_AreTheSameBits()
    {
        using CausalLm model = TinyModel.Load();
        List<GenerationRequest> requests = Loops.Mixed(24);
        using IDisposable single = ComputeThreads.Use(1);
        string[] alone = [.. requests.Select(request => Loops.Bits(Loops.Run(model, Plain, request).Single()))];
        Assert.DoesNotContain(alone, bits => bits.Contains("fix", StringComparison.Ordinal));

        Check(Plain, 2);
        Check(Plain with { MaxStepTokens = 7 }, 2);
        Check(Plain with { SharesPrefixes = false, MaxSequences = 3 }, 1);
        Check(Plain with { CacheBytes = Loops.Pages(model, 9), MaxStepTokens = 33 }, 2, preempts: true);
        Check(Plain with { CacheBytes = Loops.Pages(model, 9), SharesPrefixes = false }, 1, preempts: true);
        Check(Plain with { CacheBytes = Loops.Pages(model, 40), MaxSequences = 7 }, 1);

        void Check(EngineOptions options, int threads, bool preempts = false)
        {
            using IDisposable use = ComputeThreads.Use(threads);
            List<GenerationResult> results = Loops.Run(model, options, requests, out EngineStatistics statistics);
            for (int i = 0; i < requests.Count; i++)
            {
                Assert.Equal(alone[i], Loops.Bits(results[i]));
            }

            Assert.Equal(preempts, statistics.Preemptions > 0);
        }
    }

    [Theory]
    [InlineData("dynamic")]
    [InlineData("longrope")]
    public void Results_RotaryScalingByLength_AreTheSameBits(string type)
    {
        double[] factors = [1, 1.5, 2, 3];
        var rope = new JsonObject { ["rope_type"] = type, ["rope_theta"] = 10000.0, ["factor"] = 2.0, ["original_max_position_embeddings"] = 40 };
        if (type == "longrope")
        {
            rope["short_factor"] = new JsonArray([.. factors.Select(f => (JsonNode)(f / 2))]);
            rope["long_factor"] = new JsonArray([.. factors.Select(f => (JsonNode)f)]);
        }

        using CausalLm model = TinyModel.Load(rope: rope, context: type == "dynamic" ? 40 : 128);
        using IDisposable single = ComputeThreads.Use(1);
        List<GenerationRequest> requests = Loops.Mixed(9); // texts of up to 130 tokens
        string[] alone = [.. requests.Select(request => Loops.Bits(Loops.Run(model, Plain, request).Single()))];

        foreach (EngineOptions options in (EngineOptions[])[Plain, Plain with { MaxStepTokens = 7 }, Plain with { CacheBytes = Loops.Pages(model, 9), MaxStepTokens = 21 }])
        {
            Assert.Equal(alone, Loops.Run(model, options, requests).Select(Loops.Bits));
        }
    }

    [Fact]
    public void Seed_SameOrOther_DecidesTheDraws()
    {
        using CausalLm model = TinyModel.Load();
        GenerationRequest request = new() { PromptIds = [.. TinyModel.Prompt(1, 5)], MaxTokens = 30, Sampling = new SamplingOptions { Temperature = 2 }, Seed = 5, Samples = 2 };

        GenerationResult first = Loops.Run(model, Plain, request).Single(), same = Loops.Run(model, Plain, request).Single(), other = Loops.Run(model, Plain, request with { Seed = 6 }).Single();

        Assert.Equal(Loops.Bits(first), Loops.Bits(same));
        Assert.NotEqual(Loops.Bits(first), Loops.Bits(other));
        Assert.NotEqual(first.Texts[0].Ids.AsEnumerable(), first.Texts[1].Ids);
    }

    [Fact]
    public void Prefix_SharedByLaterAndSimultaneousRequests_IsComputedOnce()
    {
        using CausalLm model = TinyModel.Load();
        int[] prefix = TinyModel.Prompt(8, 100);
        List<GenerationRequest> requests = [.. Enumerable.Range(0, 10).Select(i => new GenerationRequest { PromptIds = [.. prefix, .. TinyModel.Prompt((ulong)i, 5)], MaxTokens = 4 })];

        List<GenerationResult> results = Loops.Run(model, Plain with { MaxStepTokens = 64 }, requests, out EngineStatistics statistics);

        Assert.Equal(0, results[0].CachedPromptTokens);
        Assert.All(results.Skip(1), result => Assert.Equal(96, result.CachedPromptTokens)); // six full pages of 16
        Assert.Equal(105 + (9 * 9), statistics.PromptTokens);
        Loops.Run(model, Plain with { SharesPrefixes = false }, requests, out EngineStatistics unshared);
        Assert.Equal(10 * 105, unshared.PromptTokens);
    }

    [Fact]
    public void Samples_OfOneRequest_ShareThePrompt()
    {
        using CausalLm model = TinyModel.Load();
        GenerationRequest request = new() { PromptIds = [.. TinyModel.Prompt(8, 50)], MaxTokens = 6, Samples = 8, Sampling = new SamplingOptions { Temperature = 1 } };

        GenerationResult result = Loops.Run(model, Plain, [request], out EngineStatistics statistics).Single();

        Assert.Equal(50, statistics.PromptTokens);
        Assert.Equal(Enumerable.Range(0, 8), result.Texts.Select(text => text.Sample));
    }

    [Fact]
    public void PromptScores_EqualThoseOfAFullPass()
    {
        using CausalLm model = TinyModel.Load();
        int[] prompt = TinyModel.Prompt(4, 90);

        GenerationResult result = Loops.Run(model, Plain with { MaxStepTokens = 40 }, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 0, PromptLogProbabilities = 3 }).Single();

        Assert.Equal(89, result.PromptScores.Length);
        Assert.Empty(result.Texts);
        for (int i = 0; i < 89; i += 11)
        {
            // The token that the greedy continuation of the first i + 1 tokens chooses is the best alternative there.
            Assert.Equal(prompt[i + 1], result.PromptScores[i].Token.Token);
            Assert.Equal(Loops.Greedy(model, prompt[..(i + 1)], 1)[0], result.PromptScores[i].Alternatives[0].Token);
        }
    }

    [Fact]
    public void EndTokens_AndMinTokens_AreObeyed()
    {
        using CausalLm model = TinyModel.Load();
        int[] prompt = TinyModel.Prompt(3, 21);
        int[] greedy = [.. Loops.Greedy(model, prompt, 30)];
        int end = greedy[4];
        int first = Array.IndexOf(greedy, end);

        GenerationResult stopped = Loops.Run(model, Plain, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 30, StopTokens = [end] }).Single();
        GenerationResult longer = Loops.Run(model, Plain, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 30, MinTokens = 12, StopTokens = [end] }).Single();

        Assert.Equal(greedy[..(first + 1)], stopped.Texts[0].Ids);
        Assert.Equal(FinishReason.Stop, stopped.Texts[0].FinishReason);
        Assert.True(longer.Texts[0].Ids.Length > 12);
        Assert.DoesNotContain(end, longer.Texts[0].Ids.Take(12));
    }

    [Fact]
    public void ImpossibleRequests_FailAlone()
    {
        using CausalLm model = TinyModel.Load();
        GenerationRequest good = new() { PromptIds = [1, 2, 3], MaxTokens = 5 };
        EngineOptions options = Plain with { CacheBytes = Loops.Pages(model, 5) };

        List<GenerationResult> results = Loops.Run(
            model,
            options,
            good,
            good with { PromptIds = [] },
            good with { PromptIds = [1, TinyModel.Vocabulary] },
            good with { PromptIds = [.. TinyModel.Prompt(1, TinyModel.Context)] },
            good with { PromptIds = [.. TinyModel.Prompt(1, 80)] },
            good with { MaxTokens = 0 },
            good with { Samples = 0 },
            good with { StopTexts = ["x"] },
            good with { Sampling = new SamplingOptions { TopP = 7 } },
            good with { Sampling = new SamplingOptions { SuppressTokens = [.. Enumerable.Range(0, TinyModel.Vocabulary)] } },
            good with { BeamWidth = 4, MaxTokens = 70 },
            good with { OnUpdate = _ => throw new InvalidOperationException("broken receiver") },
            good);

        string[] expected = ["no tokens", "token 300", "the context has 256", "the cache holds 80", "0 tokens at most", "0 samples", "stop texts", "top_p 7", "No token is possible", "pages", "broken receiver"];
        Assert.Null(results[0].Error);
        Assert.Equal(Loops.Bits(results[0]), Loops.Bits(results[^1]));
        Assert.Equal(expected.Length, results.Count - 2);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Contains(expected[i], results[i + 1].Error?.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NotANumber_InTheLogits_FailsTheRequest()
    {
        using CausalLm model = TinyModel.Load(scale: float.NaN);

        GenerationResult result = Loops.Run(model, Plain, new GenerationRequest { PromptIds = [1], MaxTokens = 5 }).Single();

        Assert.Contains("not numbers", result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MaxTokens_NotGivenOrTooMany_EndWithTheRoom()
    {
        using CausalLm model = TinyModel.Load();
        GenerationRequest request = new() { PromptIds = [1, 2, 3] };

        Assert.Equal(77, Loops.Run(model, Plain with { CacheBytes = Loops.Pages(model, 5) }, request).Single().Texts[0].Ids.Length);
        Assert.Equal(TinyModel.Context - 3, Loops.Run(model, Plain, request with { MaxTokens = 100_000 }).Single().Texts[0].Ids.Length);
    }
}
